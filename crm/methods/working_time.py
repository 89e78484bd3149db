"""Working time: the hours of a week in which somebody is there, less public holidays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST_DAYS = 3_660  # ten years: whoever waits longer has waited so long
MINUTE = timedelta(minutes=1)


def _no_holiday(_day: date) -> bool:
    return False


@dataclass(frozen=True)
class WorkingWeek:
    """On which days of the week (0 is Monday), from when to when, in which time zone."""

    days: frozenset[int]
    opens: time
    closes: time
    zone: ZoneInfo
    is_holiday: Callable[[date], bool] = _no_holiday

    def shift(self, day: date) -> tuple[datetime, datetime] | None:
        """When work begins and ends that day; none where nobody works."""
        if day.weekday() not in self.days or self.is_holiday(day):
            return None
        first = datetime.combine(day, self.opens, self.zone).astimezone(UTC)
        last = datetime.combine(day, self.closes, self.zone).astimezone(UTC)
        return first, last


def working_time(start: datetime, end: datetime, week: WorkingWeek) -> timedelta:
    """The working time between two moments; none where the end is before the start.

    >>> week = WorkingWeek(frozenset(range(5)), time(9), time(17), ZoneInfo("UTC"))
    >>> friday = datetime(2026, 11, 27, 16, tzinfo=UTC)
    >>> working_time(friday, datetime(2026, 11, 30, 10, tzinfo=UTC), week)
    datetime.timedelta(seconds=7200)
    """
    total = timedelta()
    day, last = start.astimezone(week.zone).date(), end.astimezone(week.zone).date()
    day = max(day, last - timedelta(days=MOST_DAYS))
    while day <= last:
        shift = week.shift(day)
        if shift is not None:
            total += max(min(shift[1], end) - max(shift[0], start), timedelta())
        day += timedelta(days=1)
    return total


def moment_before(end: datetime, length: timedelta, week: WorkingWeek) -> datetime:
    """The latest moment from which on so much working time had passed by the end.

    What began then or earlier has waited at least as long. Nothing is that old within ten years
    where hardly anybody works: then the beginning of those ten years.

    >>> week = WorkingWeek(frozenset(range(5)), time(9), time(17), ZoneInfo("UTC"))
    >>> moment_before(datetime(2026, 11, 30, 10, tzinfo=UTC), timedelta(hours=2), week).isoformat()
    '2026-11-27T16:00:00+00:00'
    """
    left = length
    for first, last in _shifts_before(end, week):
        worked = max(min(last, end) - first, timedelta())
        if worked >= left:
            return min(last, end) - left
        left -= worked
    return end - timedelta(days=MOST_DAYS)


def _shifts_before(end: datetime, week: WorkingWeek) -> Iterator[tuple[datetime, datetime]]:
    today = end.astimezone(week.zone).date()
    for back in range(MOST_DAYS):
        shift = week.shift(today - timedelta(days=back))
        if shift is not None and shift[0] < end:
            yield shift
