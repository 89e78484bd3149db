"""A record's timeline: what we did, what people did, what changed; what is planned stands on top."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from core import permissions
from core.queries.changes import in_words_of
from crm.choices import ActivityKind
from crm.models import Activity, Company
from crm.queries.timeline import streams
from crm.queries.timeline.activities import activity_entry
from crm.queries.timeline.changes import change_entry, origin_entry, stage_entry
from crm.queries.timeline.entries import Entry, Section, Timeline
from crm.queries.timeline.interactions import interaction_entry
from crm.queries.timeline.paging import Place, Row, Stream, page_of
from crm.queries.timeline.streams import FILTERS

if TYPE_CHECKING:
    from core.models import User

__all__ = ["FILTERS", "Entry", "Section", "Timeline", "timeline_of"]

ENTRIES = 30
ROWS = 200
UPCOMING = 10


def timeline_of(
    record: Any, user: "User", *, kind: str = "", before: str = "", at: datetime
) -> Timeline:
    """A page of the timeline; the first one has what is planned, too."""
    place = Place.read(before)
    kind = kind if kind in FILTERS else ""
    people = streams.people_of(record, user)
    upcoming, done = _activities(record, user, kind, people, is_first=place is None)
    found = streams.streams_of(record, user, kind, people, done, at)
    page = page_of(found, place, entries=ENTRIES, rows=ROWS)
    entries = _entries(page.groups, record, user, upcoming)
    sections = _sections(entries, at, after=place)
    planned = [activity_entry(it, record, user) for it in upcoming]
    return Timeline(sections, planned, str(page.next) if page.next else "")


def _activities(
    record: Any, user: "User", kind: str, people: Sequence[int], *, is_first: bool
) -> tuple[list[Activity], Stream | None]:
    """What is planned, for the first page only, and the stream of what was done."""
    about = streams.activities_about(record, user, people)
    if about is None or (kind and kind not in streams.ACTIVITY_FILTERS):
        return [], None
    narrowed = about.filter(kind=kind) if kind else about
    if not is_first:
        return [], streams.done_activities(narrowed)
    planned, done = streams.planned_and_done(narrowed, ROWS)
    return planned[:UPCOMING], done


def _entries(
    groups: Sequence[Sequence[Row]], record: Any, user: "User", upcoming: Sequence[Any]
) -> list[Entry]:
    """The groups in sentences; what they name is read for the whole page at once."""
    rows = [row for group in groups for row in group]
    _read_guests([*_values(rows, streams.ACTIVITIES), *upcoming])
    events = _values(rows, streams.CHANGES)
    words = {change.pk: change for change in in_words_of(record, events, user)} if events else {}
    access = permissions.access_of(user)
    entries: list[Entry | None] = []
    for group in groups:
        values = [row.value for row in group]
        match group[0].place.rank:
            case streams.INTERACTIONS:
                is_named = isinstance(record, Company)
                entries.append(interaction_entry(values, access, is_named=is_named))
            case streams.ACTIVITIES:
                entries.append(activity_entry(values[0], record, user))
            case streams.STAGES:
                entries.append(stage_entry(values[0]))
            case streams.CHANGES:
                told = [row.value for row in group if row.place.rank == streams.CHANGES]
                known = [words[event.pk] for event in told if event.pk in words]
                entries.append(change_entry(known, told))
            case _:
                entries.append(origin_entry(values[0], record, access))
    return [entry for entry in entries if entry is not None]


def _values(rows: Sequence[Row], rank: int) -> list[Any]:
    return [row.value for row in rows if row.place.rank == rank]


def _read_guests(activities: Sequence[Any]) -> None:
    meetings = [it for it in activities if it.kind == ActivityKind.MEETING]
    prefetch_related_objects(meetings, "guests")


def _sections(entries: Sequence[Entry], at: datetime, *, after: Place | None) -> list[Section]:
    """The entries under their headings; the first heading is left out where it stands already."""
    today = timezone.localdate(at)
    sections: list[Section] = []
    known = heading(timezone.localdate(after.at), today) if after else ""
    current = known
    for entry in entries:
        label = heading(timezone.localdate(entry.at), today)
        if label != current or not sections:
            sections.append(Section("" if label == known else label))
            current = label
        sections[-1].entries.append(entry)
    return sections


def heading(day: date, today: date) -> str:
    """Under what a day stands: itself, its week, its month."""
    monday = today - timedelta(days=today.weekday())
    if day >= today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if day >= monday:
        return _("This week")
    if day >= monday - timedelta(days=7):
        return _("Last week")
    return formats.date_format(day, "YEAR_MONTH_FORMAT")
