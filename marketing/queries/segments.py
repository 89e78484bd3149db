"""What pages show of segments: counts in the eyes of who looks, a sample, growth, a contact's segments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Window
from django.utils.translation import gettext as _

from core import permissions
from core.choices import Reach
from core.conditions import Condition, Viewpoint, to_q
from core.models import JobRun, User
from core.permissions import access_of, related_row_condition
from core.time_limits import TookTooLong, at_most
from crm.models import Contact
from marketing.choices import SegmentKind
from marketing.models import Segment, SegmentMember, SegmentSize
from marketing.queries.segment_rules import contact_type

SAMPLE = 10
SECONDS = 3
DAYS = 90  # of the chart
WEEK = 7
MOST_BESIDE = 200


@dataclass(frozen=True)
class Counted:
    """How many contacts a condition meets that somebody sees, and some of them.

    `sentence` says so where the database took too long.
    """

    number: int | None = None
    sample: Sequence[Contact] = ()
    sentence: str = ""


def count_of(condition: Condition, view: Viewpoint, *, with_sample: bool = True) -> Counted:
    """Counted exactly, but for no longer than a few seconds."""
    rows: QuerySet[Contact] = Contact.objects.visible_to(view.user)
    rows = rows.filter(to_q(condition, contact_type(), view))
    try:
        with at_most(SECONDS):
            number = rows.order_by().count()
            sample = list(rows.for_list().order_by("-pk")[:SAMPLE]) if with_sample else []  # type: ignore[attr-defined]  # a QuerySet of contacts
    except TookTooLong:
        return Counted(
            sentence=_(
                "Counting this takes longer than %(seconds)s seconds. The segment can be saved: "
                "its members are found in the background."
            )
            % {"seconds": SECONDS}
        )
    return Counted(number, sample)


def sees_all_contacts(user: User) -> bool:
    """Whether sizes, which count all members, say no more than the user may see."""
    return access_of(user).reach("crm.contact.view") == Reach.ALL


def members_of(segment: Segment, user: User) -> QuerySet[SegmentMember]:
    """Those whom the user sees, the newest first."""
    rows = SegmentMember.objects.filter(segment=segment)
    rows = rows.filter(related_row_condition(Contact, user, "contact"))
    return rows.select_related("contact").order_by("-pk")


def newest_members(segment: Segment, user: User) -> tuple[list[SegmentMember], int | None]:
    """The newest whom the user sees, and how many these are; no number where counting takes too long."""
    rows = members_of(segment, user)
    if sees_all_contacts(user):
        return list(rows[:SAMPLE]), segment.size
    try:
        with at_most(SECONDS):
            counted: list[Any] = list(rows.annotate(number=Window(Count("pk")))[:SAMPLE])
    except TookTooLong:
        return list(rows[:SAMPLE]), None
    return counted, counted[0].number if counted else 0


@dataclass(frozen=True)
class Growth:
    """How many came and went in the last days, and the sizes by day."""

    joined: int
    left: int
    sizes: Sequence[tuple[date, int]]


def growth_of(segment: Segment, today: date) -> Growth:
    rows = SegmentSize.objects.filter(segment=segment, day__gt=today - timedelta(days=DAYS))
    days = list(rows.order_by("day"))
    week = [each for each in days if each.day > today - timedelta(days=WEEK)]
    return Growth(
        sum(each.joined for each in week),
        sum(each.left for each in week),
        [(each.day, each.size) for each in days],
    )


def run_of(segment: Segment) -> JobRun | None:
    """The run that is finding out who is in it."""
    runs = JobRun.objects.active().filter(kind="marketing.segments")
    return runs.filter(scope__segment=segment.pk).order_by("-pk").first()


# -- of a contact ------------------------------------------------------------------------------------


def segments_of(contact: Contact, user: User) -> dict[str, Any] | None:
    """The segments of a contact that the user sees, and the lists it could be put on."""
    access = access_of(user)
    if not access.may("marketing.segment.view") or not access.sees("crm.contact.segments"):
        return None
    may_list = access.may("marketing.segment.edit")
    shown = list(_segments_beside(contact, user, may_list=may_list))
    return {
        "contact": contact,
        "members": [
            {
                "segment": segment,
                "since": segment.since,
                "may_leave": may_list and may_take_off(segment, user),
            }
            for segment in shown
            if segment.since is not None
        ],
        "lists": [segment for segment in shown if segment.since is None],
    }


def _segments_beside(contact: Contact, user: User, *, may_list: bool) -> QuerySet[Any]:
    """Those that the contact is in (`since`), and the lists that the user may put it on: one query."""
    since = SegmentMember.objects.filter(segment=OuterRef("pk"), contact=contact).values("since")
    rows = permissions.visible_rows(Segment, user).filter(archived_at=None)
    wanted = Q(since__isnull=False)
    if may_list:
        wanted |= Q(kind=SegmentKind.STATIC) & permissions.row_condition(Segment, user, "edit")
    found: QuerySet[Any] = rows.annotate(since=Subquery(since)).filter(wanted)
    return found.order_by("name_key", "pk")[:MOST_BESIDE]


def may_take_off(segment: Segment, user: User) -> bool:
    is_list = segment.kind == SegmentKind.STATIC
    return is_list and permissions.reaches(Segment, user, segment, "edit")


def is_overdue(segment: Segment, at: datetime) -> bool:
    """Whether a dynamic segment was not asked of all contacts for two days."""
    return segment.is_at_work and (
        segment.checked_at is None or segment.checked_at < at - timedelta(days=2)
    )
