"""The pages of groups and events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms.records import RecordForm
from core.models import User
from core.permissions import Access, related_row_condition
from core.records import Pill, RecordPage, Related
from core.services.edits import keep_record
from crm.choices import Attendance
from crm.models import Contact, Event, Group, Membership, Participation
from crm.pages import shared
from crm.services.events import remove_participants, set_attendance
from crm.services.groups import add_members, remove_members
from crm.services.ties import change_tie


def _kind(record: Any, access: Access) -> Sequence[Pill]:
    if not access.sees(f"{record._meta.label_lower}.kind"):
        return ()
    return (Pill(record.get_kind_display(), "accent", has_dot=True),)


def _members(group: Group, user: User) -> QuerySet[Any]:
    rows = Membership.objects.filter(group=group).select_related("contact")
    reached = rows.filter(related_row_condition(Contact, user, "contact"))
    return reached.order_by("contact__name_key", "pk")


def _events(group: Group, user: User) -> QuerySet[Any]:
    rows: QuerySet[Any] = Event.objects.visible_to(user).filter(group=group).for_list()
    return rows.order_by("-starts_at", "-pk")


def _participants(event: Event, user: User) -> QuerySet[Any]:
    rows = Participation.objects.filter(event=event).select_related("contact")
    reached = rows.filter(related_row_condition(Contact, user, "contact"))
    return reached.order_by("contact__name_key", "pk")


def _join(*, record: Group, other: Contact, role: str, by: User, at: datetime) -> None:
    add_members(group=record, contacts=[other], by=by)


def _leave(*, record: Group, other: Contact, by: User, at: datetime) -> None:
    remove_members(group=record, contacts=[other], by=by)


def _attend(*, record: Event, other: Contact, role: str, by: User, at: datetime) -> None:
    attendance = role or Attendance.INVITED
    set_attendance(event=record, contacts=[other], attendance=attendance, by=by)


def _stay_away(*, record: Event, other: Contact, by: User, at: datetime) -> None:
    remove_participants(event=record, contacts=[other], by=by)


GROUP_PAGE = RecordPage(
    "crm.group",
    create_url="group_create",
    edit_url="group_edit",
    first=("name", "kind", "url", "description"),
    save=keep_record,
    form=RecordForm,
    new_title=_("New group"),
    edit_title=_("Edit group"),
    saved=_("The group is saved."),
    pills=_kind,
    related=(
        Related(
            "members",
            _("Members"),
            "crm.contact",
            "users",
            _members,
            record="contact",
            filter_name="groups",
            add=_join,
            remove=_leave,
            details=("role", "joined_on"),
            change=change_tie,
        ),
        Related(
            "events",
            _("Events"),
            "crm.event",
            "ticket",
            _events,
            filter_name="group",
            new_field="group",
        ),
    ),
    is_square=True,
    tabs=shared.tabs(),
)


EVENT_PAGE = RecordPage(
    "crm.event",
    create_url="event_create",
    edit_url="event_edit",
    first=("name", "kind", "starts", "ends", "place", "url", "group"),
    save=keep_record,
    form=RecordForm,
    new_title=_("New event"),
    edit_title=_("Edit event"),
    saved=_("The event is saved."),
    sub=lambda event, access: event.place if access.sees("crm.event.place") else "",
    pills=_kind,
    related=(
        Related(
            "participants",
            _("Participants"),
            "crm.contact",
            "users",
            _participants,
            record="contact",
            note=lambda row, _access: row.get_attendance_display(),
            filter_name="events",
            role_field="attendance",
            role_label=_("Attendance"),
            roles=Attendance.choices,
            add=_attend,
            remove=_stay_away,
            details=("role",),
            change=change_tie,
        ),
    ),
    is_square=True,
    tabs=shared.tabs(),
)
