"""Pages of several streams merged by time, newest first; no row is lost, none comes twice."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any

from core.ids import LARGEST_ID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST = 60  # characters of a cursor


@dataclass(frozen=True, order=True)
class Place:
    """Where a row stands: its moment, its stream's rank and its number there."""

    at: datetime
    rank: int
    number: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}.{self.rank}.{self.number}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place that a page's address names; none when it is not one."""
        parts = text.split(".") if len(text) <= LONGEST else []
        if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts):
            return None
        try:
            at = EPOCH + int(parts[0]) * MICROSECOND
        except OverflowError:
            return None
        rank, number = int(parts[1]), int(parts[2])
        return cls(at, rank, number) if rank < 100 and number <= LARGEST_ID else None


@dataclass(frozen=True)
class Row:
    """A row of a stream; rows with one `group` on a page are one entry."""

    place: Place
    value: Any
    group: Hashable


# The newest rows of one stream that stand after a place, at most so many.
Stream = Callable[[Place | None, int], Sequence[Row]]


@dataclass
class Page:
    """Groups of rows, each at the place of its newest row; `next` begins the page after."""

    groups: list[list[Row]] = field(default_factory=list)
    next: Place | None = None


def page_of(streams: Iterable[Stream], before: Place | None, *, entries: int, rows: int) -> Page:
    """The next page: at most `entries` entries, made of at most `rows` rows of each stream."""
    fetched = [list(stream(before, rows + 1)) for stream in streams]
    # A stream that has more rows than were read says nothing about what is older than those.
    horizon = max((found[-1].place for found in fetched if len(found) > rows), default=None)
    page = Page()
    places: dict[Hashable, int] = {}
    last: Place | None = None
    for row in merge(*fetched, key=lambda row: row.place, reverse=True):
        is_new = row.group not in places
        is_beyond = horizon is not None and row.place <= horizon
        if is_beyond or (is_new and len(page.groups) == entries):
            page.next = last
            return page
        if is_new:
            places[row.group] = len(page.groups)
            page.groups.append([])
        page.groups[places[row.group]].append(row)
        last = row.place
    return page
