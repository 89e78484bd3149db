"""What conditions ask of contacts' consent: given, withdrawn, suppressed, written to."""

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.registries.records import Behaviour
from marketing.choices import ConsentState

SEES = "marketing.consent.view"


def _purposes() -> Sequence[tuple[str, Any]]:
    """Also archived ones: what was said of them stays."""
    rows: Any = apps.get_model("marketing.Purpose")._base_manager.order_by("name_key", "pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def _of_contacts_seen(user: Any) -> Q:
    """A lead may be seen whose contact is not."""
    return permissions.related_row_condition(apps.get_model("crm.Contact"), user, "contact")


def _addresses_seen(user: Any) -> Q:
    """The same of addresses, which stand alone on the suppression list."""
    contacts = permissions.visible_rows(apps.get_model("crm.Contact"), user)
    return Q(Exists(contacts.filter(email_key=OuterRef("address_key"))))


def _consent(name: str, label: Any, state: ConsentState, anchor: str = "pk") -> Behaviour:
    is_of_lead = anchor != "pk"

    def seen(user: Any) -> Q:
        return Q(state=state) & _of_contacts_seen(user) if is_of_lead else Q(state=state)

    return Behaviour(
        name,
        label,
        "marketing.Consent",
        link="contact",
        at="at",
        kind="purpose",
        anchor=anchor,
        kinds=_purposes,
        permission=SEES,
        is_told=False,
        seen=seen,
    )


def _suppressed(anchor: str, seen: Callable[[Any], Q] | None = None) -> Behaviour:
    return Behaviour(
        "suppressed",
        _("Address suppressed"),
        "marketing.Suppression",
        link="address_key",
        at="at",
        anchor=anchor,
        permission=SEES,
        rule="crm.contact.email",
        is_told=False,
        seen=seen,
    )


CONSENT_BEHAVIOURS = (
    _consent("consent_given", _("Consent given"), ConsentState.GRANTED),
    _consent("consent_withdrawn", _("Consent withdrawn"), ConsentState.WITHDRAWN),
    _suppressed("email_key"),
    Behaviour(
        "written_to",
        _("Written to by a campaign"),
        "marketing.Recipient",
        link="contact",
        at="sent_at",
        permission="marketing.campaign.view",
        is_told=False,
    ),
)
# Of a lead: what its contact has said.
CONSENT_OF_LEADS = (
    _consent("consent_given", _("Consent given"), ConsentState.GRANTED, "contact_id"),
    _consent("consent_withdrawn", _("Consent withdrawn"), ConsentState.WITHDRAWN, "contact_id"),
    _suppressed("contact__email_key", _addresses_seen),
)
