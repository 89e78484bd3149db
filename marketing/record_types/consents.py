"""What conditions ask of contacts' consent: given, withdrawn, suppressed, written to."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.registries.records import Behaviour
from marketing.choices import ConsentState

SEES = "marketing.consent.view"


def _purposes() -> Sequence[tuple[str, Any]]:
    """Also archived ones: what was said of them stays."""
    rows: Any = apps.get_model("marketing.Purpose")._base_manager.order_by("name_key", "pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def _consent(name: str, label: Any, state: ConsentState) -> Behaviour:
    return Behaviour(
        name,
        label,
        "marketing.Consent",
        link="contact",
        at="at",
        kind="purpose",
        kinds=_purposes,
        permission=SEES,
        is_told=False,
        seen=lambda _user: Q(state=state),
    )


CONSENT_BEHAVIOURS = (
    _consent("consent_given", _("Consent given"), ConsentState.GRANTED),
    _consent("consent_withdrawn", _("Consent withdrawn"), ConsentState.WITHDRAWN),
    Behaviour(
        "suppressed",
        _("Address suppressed"),
        "marketing.Suppression",
        link="address_key",
        at="at",
        anchor="email_key",
        permission=SEES,
        rule="crm.contact.email",
        is_told=False,
    ),
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
