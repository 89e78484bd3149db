"""What can be done with one new lead at a glance, and how long it has waited."""

from collections.abc import Iterator, Sequence
from functools import cache

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import permissions
from core.lists import RowAction
from core.permissions import Access
from core.phrases import day_text, relative_time
from core.records import Pill
from core.registries import change_kinds
from crm.choices import LeadStatus, ResponseClock
from crm.models import Lead
from crm.services.triage import DisqualifyLeads, QualifyLeads, RecycleLeads

TONES = {ResponseClock.NEAR: "warn", ResponseClock.OVER: "bad"}
SENTENCES = {
    ResponseClock.WAITING: gettext_lazy("Waiting for an answer (%(when)s)"),
    ResponseClock.NEAR: gettext_lazy("Answer nearly over the target (%(when)s)"),
    ResponseClock.OVER: gettext_lazy("Answer over the target (%(when)s)"),
}


def triage_actions(lead: Lead, access: Access) -> Sequence[RowAction]:
    """Qualify, not a fit, later: of a lead that is not settled, where the user may say so."""
    may = access.user is not None and access.edits("crm.lead.status")
    if not may or lead.status == LeadStatus.CONVERTED:
        return ()
    if access.user is None or not permissions.reaches(Lead, access.user, lead, "edit"):
        return ()
    return [_action(key) for key in _offered(lead)]


def _offered(lead: Lead) -> Iterator[str]:
    if lead.is_open and lead.status != LeadStatus.QUALIFIED:
        yield QualifyLeads.key
    if lead.is_open:
        yield DisqualifyLeads.key
    yield RecycleLeads.key


@cache
def _action(key: str) -> RowAction:
    kind = change_kinds[key]
    url = reverse("bulk_change", args=["crm.lead", key])
    return RowAction(kind.label, kind.icon, url, kind.hotkey, is_change=True)


def response_pills(lead: Lead, access: Access) -> Iterator[Pill]:
    """How it stands with the answer; when it comes back."""
    if lead.returns_on is not None and access.sees("crm.lead.returns"):
        yield Pill(_("Back on %(day)s") % {"day": day_text(lead.returns_on)}, "", "calendar-due")
    if lead.awaits_since is None or not access.sees("crm.lead.awaits"):
        return
    clock = ResponseClock(lead.clock or ResponseClock.WAITING)
    words = SENTENCES[clock] % {"when": relative_time(lead.awaits_since)}
    yield Pill(words, TONES.get(clock, ""), "hourglass")
