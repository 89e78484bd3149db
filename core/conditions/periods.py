"""Relative dates: half-open periods of days around a day."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Period = tuple[date, date]
DAY = timedelta(days=1)


def week_of(day: date, first: int = 0) -> date:
    """The day on which the week begins; `first` is its weekday, 0 is Monday.

    >>> week_of(date(2026, 2, 3), 6)
    datetime.date(2026, 2, 1)
    """
    return day - DAY * ((day.weekday() - first) % 7)


def _weeks(offset: int) -> Callable[[date, int], Period]:
    def week(day: date, first: int) -> Period:
        start = week_of(day, first) + DAY * 7 * offset
        return start, start + DAY * 7

    return week


def _months(day: date, length: int, offset: int) -> Period:
    """The period of `length` months that holds the day, moved by `offset` periods."""
    first = (day.year * 12 + day.month - 1) // length * length + offset * length
    return _first_of_month(first), _first_of_month(first + length)


def _first_of_month(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


PERIODS: dict[str, tuple[Promise, Callable[[date, int], Period]]] = {
    "today": (_("today"), lambda day, _first: (day, day + DAY)),
    "yesterday": (_("yesterday"), lambda day, _first: (day - DAY, day)),
    "tomorrow": (_("tomorrow"), lambda day, _first: (day + DAY, day + DAY * 2)),
    "this_week": (_("this week"), _weeks(0)),
    "last_week": (_("last week"), _weeks(-1)),
    "next_week": (_("next week"), _weeks(1)),
    "this_month": (_("this month"), lambda day, _first: _months(day, 1, 0)),
    "last_month": (_("last month"), lambda day, _first: _months(day, 1, -1)),
    "next_month": (_("next month"), lambda day, _first: _months(day, 1, 1)),
    "this_quarter": (_("this quarter"), lambda day, _first: _months(day, 3, 0)),
    "last_quarter": (_("last quarter"), lambda day, _first: _months(day, 3, -1)),
    "next_quarter": (_("next quarter"), lambda day, _first: _months(day, 3, 1)),
    "this_year": (_("this year"), lambda day, _first: _months(day, 12, 0)),
    "last_year": (_("last year"), lambda day, _first: _months(day, 12, -1)),
    "next_year": (_("next year"), lambda day, _first: _months(day, 12, 1)),
}


def period(key: str, today: date, week_start: int = 0) -> Period:
    """First day and the day after the last.

    >>> period("last_quarter", date(2026, 2, 3))
    (datetime.date(2025, 10, 1), datetime.date(2026, 1, 1))
    """
    return PERIODS[key][1](today, week_start)
