"""What people say about fields of leads: when they are known, and which groups are compared."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.models import ComparedGroup, LeadFieldDecision
from analytics.queries.lead_score_fields import LEAD, parting_fields
from core import audit, permissions
from core.choices import KnownWhen
from core.errors import Refused
from core.models import CustomField, User
from core.services.custom_fields import set_known_when

MOST_COMPARED = 5


@transaction.atomic
def decide_field(*, name: str, known_when: str, by: User) -> None:
    """Somebody who knows says when a field is filled in; the next training obeys.

    A field that is known before is used whatever the leak guard suspects.
    """
    permissions.require(by, "core.custom_field.manage")
    if known_when not in KnownWhen.values:
        raise Refused(_("Say whether the field is known before the outcome."))
    before = LeadFieldDecision.objects.filter(field=name).first()
    custom = next((f for f in CustomField.objects.filter(object_type=LEAD) if f.name == name), None)
    if custom is not None:
        set_known_when(field=custom, known_when=known_when, by=by)
    else:
        _record(by, "field.known_when", name, before.known_when if before else None, known_when)
    if custom is not None and known_when == KnownWhen.AFTER:
        LeadFieldDecision.objects.filter(field=name).delete()  # the field itself says so
        return
    LeadFieldDecision.objects.update_or_create(
        field=name, defaults={"known_when": known_when, "decided_by": by}
    )


@transaction.atomic
def name_groups(*, fields: Collection[str], by: User) -> None:
    """An administrator names the fields whose groups of leads each training compares."""
    permissions.require(by, "core.settings.manage")
    offered = parting_fields()
    if not set(fields) <= set(offered):
        raise Refused(_("Choose from the fields that are offered."))
    if len(set(fields)) > MOST_COMPARED:
        raise Refused(_("Choose at most %(most)s fields.") % {"most": MOST_COMPARED})
    before = set(ComparedGroup.objects.values_list("field", flat=True))
    ComparedGroup.objects.exclude(field__in=fields).delete()
    ComparedGroup.objects.bulk_create(
        ComparedGroup(field=name, named_by=by) for name in fields if name not in before
    )
    if before != set(fields):
        _record(by, "score.groups", "groups", ", ".join(sorted(before)), ", ".join(sorted(fields)))


def _record(by: User, action: str, name: str, before: str | None, after: str) -> None:
    changes = {name.removeprefix(f"{LEAD}."): (before, after)}
    audit.record(actor=by, action=action, object_type=LEAD, changes=changes)
