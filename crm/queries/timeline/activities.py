"""What we did or mean to do, in sentences."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import permissions
from core.permissions import Access
from core.phrases import number
from crm.choices import ActivityKind, Direction
from crm.models import Activity, Contact
from crm.queries.timeline.entries import Entry

if TYPE_CHECKING:
    from core.models import User

ICONS: dict[str, str] = {
    ActivityKind.CALL: "phone",
    ActivityKind.MEETING: "calendar-event",
    ActivityKind.NOTE: "note",
    ActivityKind.TASK: "checkbox",
    ActivityKind.EMAIL: "mail",
}


def activity_entry(activity: Activity, record: Any, user: "User") -> Entry:
    """One activity as the page of a record shows it."""
    access = permissions.access_of(user)
    seen = _seen(activity, access)
    return Entry(
        activity.done_at or activity.at or activity.created_at,
        ICONS[activity.kind],
        _fact(activity, seen),
        tuple(part for part in _details(activity, seen, record, user) if part),
        body=seen["body"],
        activity=activity,
        is_day_only=activity.kind == ActivityKind.TASK,
    )


def _seen(activity: Activity, access: Access) -> dict[str, Any]:
    """The values that may be shown; hidden ones are empty."""
    names = ("subject", "body", "minutes", "outcome", "location", "direction")
    return {
        name: getattr(activity, name) if access.sees(f"crm.activity.{name}") else ""
        for name in names
    }


def _fact(activity: Activity, seen: dict[str, Any]) -> str:
    if activity.kind == ActivityKind.CALL:
        return seen["subject"] or _call(seen)
    return seen["subject"] or str(activity.get_kind_display())


def _call(seen: dict[str, Any]) -> str:
    is_incoming = seen["direction"] == Direction.IN
    if not seen["minutes"]:
        return _("Incoming call") if is_incoming else _("Call")
    sentence = _("Incoming call, %(minutes)s min") if is_incoming else _("Call, %(minutes)s min")
    return sentence % {"minutes": number(seen["minutes"])}


def _details(activity: Activity, seen: dict[str, Any], record: Any, user: "User") -> list[str]:
    is_call = activity.kind == ActivityKind.CALL
    kind = "" if not seen["subject"] else _call(seen) if is_call else _kind(activity, seen)
    minutes = ""
    if seen["minutes"] and not is_call:
        minutes = _("%(minutes)s min") % {"minutes": number(seen["minutes"])}
    outcome = _("Outcome: %(outcome)s") % seen if seen["outcome"] else ""
    return [
        kind,
        minutes,
        _people(activity, record, user),
        _by(activity),
        seen["location"],
        outcome,
    ]


def _kind(activity: Activity, seen: dict[str, Any]) -> str:
    if activity.kind == ActivityKind.EMAIL and seen["direction"]:
        return _("E-mail received") if seen["direction"] == Direction.IN else _("E-mail sent")
    return "" if activity.kind == ActivityKind.NOTE else str(activity.get_kind_display())


def _by(activity: Activity) -> str:
    owner = activity.owner
    return _("by %(name)s") % {"name": owner.display_name} if owner else ""


def _people(activity: Activity, record: Any, user: "User") -> str:
    """Who took part, without the one whose page this is and without those that are not seen."""
    access = permissions.access_of(user)
    is_meeting = activity.kind == ActivityKind.MEETING
    contact = activity.contact if access.sees("crm.activity.contact") else None
    people = [contact, *(activity.guests.all() if is_meeting else ())]
    subject = record if isinstance(record, Contact) else getattr(record, "contact", None)
    names = [
        person.name_for(access)
        for person in dict.fromkeys(people)
        if person is not None
        and permissions.reaches(Contact, user, person)
        and (person != subject or is_meeting)
    ]
    return (
        _("with %(names)s") % {"names": pgettext("between names", ", ").join(names)}
        if names
        else ""
    )
