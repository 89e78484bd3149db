"""Taking the conversion of a lead back, as long as nobody has worked on the deal."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import permissions
from core.changes.drafts import load_drafts, write_drafts
from core.errors import Refused
from core.models import AuditEvent, ChangeSet, OwnedRecord, User
from core.registries import record_types
from core.services.records import after_change
from core.services.undo import UNDO, put_back
from crm.models import Activity, Contact, Deal, Lead, LeadConversion

DELETE = "delete"


def may_unconvert(conversion: LeadConversion, by: User) -> bool:
    """Whoever converted the lead may, and administrators; once."""
    access = permissions.access_of(by)
    is_ones_own = conversion.change_set.actor_id == by.pk or access.is_administrator
    reached = permissions.reaches(Lead, by, conversion.lead, "edit")
    return is_ones_own and reached and conversion.undone_at is None


@transaction.atomic
def unconvert_lead(*, conversion: LeadConversion, by: User, at: datetime) -> ChangeSet:
    """Open the lead again, give its activities back, and put into the bin what was made for it."""
    if not may_unconvert(conversion, by):
        raise Refused(_("This can no longer be undone."))
    standing = LeadConversion.objects.standing().filter(pk=conversion.pk)
    if not standing.update(undone_at=at):
        raise Refused(_("This was already undone."))
    done = conversion.change_set
    ChangeSet.objects.filter(pk=done.pk).update(undone_at=at)
    undoing = ChangeSet.objects.create(object_type="crm.lead", action=UNDO, actor=by, at=at)
    _require_untouched_deal(conversion)
    if put_back(events=list(done.events.order_by("pk")), undoing=undoing):
        raise Refused(_("Somebody has changed this lead since, so this cannot be undone."))
    _into_bin("crm.deal", conversion.deal_id, undoing)
    if conversion.made_contact and _is_unused(conversion.contact, "contact", done):
        _into_bin("crm.contact", conversion.contact_id, undoing)
    if conversion.made_company and _is_unused(conversion.company, "company", done):
        _into_bin("crm.company", conversion.company_id, undoing)
    conversion.undone_at = at
    return undoing


def _require_untouched_deal(conversion: LeadConversion) -> None:
    """Nobody's work on the deal is thrown away by an undo."""
    deal = Deal.objects.select_for_update(of=("self",)).get(pk=conversion.deal_id)
    if deal.deleted_at is not None:
        return
    if deal.stage_changes.count() > 1 or _is_edited(deal, conversion.change_set):
        raise Refused(
            _("Somebody has worked on the deal since. Delete it first if it is to be undone.")
        )
    own = Activity.objects.kept().filter(deal=deal)
    moved = conversion.change_set.events.filter(object_type="crm.activity")
    if own.exclude(pk__in=moved.values("object_id")).exists():
        raise Refused(
            _("Somebody has worked on the deal since. Delete it first if it is to be undone.")
        )


def _is_edited(record: OwnedRecord, done: ChangeSet) -> bool:
    """Whether the trail tells of something after the conversion."""
    last = done.events.order_by("-pk").values_list("pk", flat=True).first() or 0
    events = AuditEvent.objects.filter(
        object_type=record._meta.label_lower, object_id=record.pk, pk__gt=last
    )
    return events.exists()


def _is_unused(record: Any, link: str, done: ChangeSet) -> bool:
    """Whether nothing else has come to hang on what was made."""
    if record is None or record.deleted_at is not None or _is_edited(record, done):
        return False
    links = [Deal.objects.kept(), Lead.objects.kept(), Activity.objects.kept()]
    if link == "company":
        links.append(Contact.objects.kept())
    return not any(rows.filter(Q(**{link: record})).exists() for rows in links)


def _into_bin(kind: str, pk: int | None, undoing: ChangeSet) -> None:
    drafts = load_drafts(record_types[kind], [pk] if pk else [], with_tags=False)
    for draft in drafts:
        draft.record.deleted_at = draft.record.deleted_at or undoing.at
    written = write_drafts(record_types[kind], drafts, action=DELETE, change_set=undoing)
    after_change(kind, written, changes=written, by=undoing.actor)
