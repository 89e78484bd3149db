"""What the pages of several record types have in common."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.permissions import Access
from core.phrases import money
from core.records import Action, Pill, Tab
from core.templatetags.ui import dialled
from crm.choices import ActivityKind
from crm.models import Contact

TIMELINE = "crm/timeline/tab.html"


def tabs(*, has_activities: bool = False) -> tuple[Tab, ...]:
    """What happened; where activities hang on the record, also what was noted and is to be done."""
    first = Tab("timeline", gettext_lazy("Timeline"), "activity", TIMELINE)
    if not has_activities:
        return (first,)
    return (
        first,
        Tab("notes", gettext_lazy("Notes"), "note", TIMELINE, kind=ActivityKind.NOTE),
        Tab("tasks", gettext_lazy("Tasks"), "checkbox", TIMELINE, kind=ActivityKind.TASK),
    )


def nobodys(record: Any) -> Iterator[Pill]:
    """A record without an owner is somebody's task."""
    if record.owner_id is None:
        yield Pill(_("Belongs to nobody"), "warn", "user-off")


def person_actions(link: str = "") -> tuple[Action, ...]:
    """To call, to write to, to note something about the person at the link."""

    def person(record: Any) -> Contact | None:
        found: Contact | None = getattr(record, link) if link else record
        return found

    def dial(record: Any, access: Access) -> str:
        number = reachable(person(record), ("phone", "mobile"), access)
        return f"tel:{dialled(number)}" if number else "?compose=call#composer"

    def write(record: Any, access: Access) -> str:
        address = reachable(person(record), ("email",), access)
        return f"mailto:{address}" if address else "?compose=email#composer"

    return (
        Action(
            "call",
            gettext_lazy("Log call"),
            "phone",
            lambda _record, _access: "?compose=call#composer",
            hotkey="l",
            short_label=pgettext_lazy("verb", "Call"),
            phone_url=dial,
        ),
        Action("email", pgettext_lazy("verb", "E-mail"), "mail", write),
        note_action(),
    )


def note_action() -> Action:
    return Action(
        "note",
        pgettext_lazy("verb", "Note"),
        "note",
        lambda _record, _access: "?compose=note#composer",
        hotkey="n",
    )


def reachable(contact: Contact | None, names: tuple[str, ...], access: Access) -> str:
    """The first of the person's numbers or addresses that may be seen."""
    if contact is None or not access.reaches(contact):
        return ""
    shown = (name for name in names if access.sees(f"crm.contact.{name}"))
    return next((value for name in shown if (value := getattr(contact, name))), "")


def company_name(record: Any, access: Access, rule: str) -> str:
    """The company as a remark beside a name."""
    if record.company is None or not access.sees(rule) or not access.reaches(record.company):
        return ""
    name: str = record.company.name_for(access)
    return name


def toned(label: Any, tones: Mapping[str, str], value: str) -> Pill:
    return Pill(label, tones.get(value, ""), has_dot=True)


def lead_note(lead: Any, access: Access) -> str:
    return str(lead.get_status_display()) if access.sees("crm.lead.status") else ""


def deal_note(deal: Any, access: Access) -> str:
    """Its value and its stage."""
    parts = []
    if deal.amount is not None and access.sees("crm.deal.amount"):
        parts.append(money(deal.amount, deal.currency))
    if access.sees("crm.deal.stage"):
        parts.append(str(deal.stage))
    return " · ".join(parts)
