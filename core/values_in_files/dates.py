"""Dates and moments as the usual locales and programs write them."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_noop

from core.values_in_files.guesses import Guess, guess
from core.values_in_files.months import month_named
from core.values_in_files.plain import short
from core.values_in_files.times import read_time


class DateFormat(StrEnum):
    """What a column's dates have to be read by."""

    CERTAIN = "certain"  # the year is first, or the month has a name
    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    COMPACT = "compact"  # year, month and day without marks
    SERIAL = "serial"  # days since 30 December 1899, as spreadsheets count
    SECONDS = "seconds"  # since 1970, UTC
    MILLISECONDS = "milliseconds"


LABELS = {
    DateFormat.CERTAIN: gettext_noop("Year first, or month by name (2026-11-22, 22 Nov 2026)"),
    DateFormat.DAY_FIRST: gettext_noop("Day first (22/11/2026)"),
    DateFormat.MONTH_FIRST: gettext_noop("Month first (11/22/2026)"),
    DateFormat.COMPACT: gettext_noop("Year, month, day in one (20261122)"),
    DateFormat.SERIAL: gettext_noop("Days as spreadsheets count them (46348)"),
    DateFormat.SECONDS: gettext_noop("Seconds since 1970 (1795305600)"),
    DateFormat.MILLISECONDS: gettext_noop("Milliseconds since 1970 (1795305600000)"),
}

CALENDAR = (DateFormat.CERTAIN, DateFormat.DAY_FIRST, DateFormat.MONTH_FIRST)
COUNTED = (DateFormat.COMPACT, DateFormat.SERIAL, DateFormat.SECONDS, DateFormat.MILLISECONDS)

_YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<mark>[-/.])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})(?![0-9])"
    r"|年(?P<month_zh>[0-9]{1,2})月(?P<day_zh>[0-9]{1,2})[日号])"
)
_YEAR_LAST = re.compile(
    r"(?P<first>[0-9]{1,2})(?P<mark>[-/.]) ?(?P<second>[0-9]{1,2})(?P=mark) ?(?P<year>[0-9]{4}|[0-9]{2})(?![0-9])"
)
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?, ?)?"
_DAY_NAMED = re.compile(
    _WEEKDAY
    + r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|er|\.)?[ -]?(?:de )?(?P<month>[^\W\d_]{3,10})\.?,?"
    r"[ -]?(?:del? )?(?P<year>[0-9]{4}|[0-9]{2})(?![0-9])"
)
_MONTH_NAMED = re.compile(
    _WEEKDAY
    + r"(?P<month>[^\W\d_]{3,10})\.? (?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<year>[0-9]{4})"
)
_BEFORE_TIME = re.compile(r", ?| ?T| ")
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}")
_COUNT = re.compile(r"(?P<whole>[0-9]{5,13})(?:\.(?P<part>[0-9]{1,15}))?")

_LAST_OF_THIS_CENTURY = 68  # two digits of a year above it are of the last one, as POSIX has it
_SPREADSHEETS_BEGIN = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no zone
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SERIALS = range(18_264, 80_000)  # 1950 to 2119
_SECONDS = range(473_385_600, 4_102_444_800)  # 1985 to 2100: longer ago there was little software


def read_moment(text: str, form: DateFormat) -> date | datetime:
    """The day that a text writes in a format, or the moment if it has a time.

    Naive unless the text has a zone. ValueError for other texts and for days that never come.

    >>> read_moment("05.03.2024 14:05", DateFormat.DAY_FIRST)
    datetime.datetime(2024, 3, 5, 14, 5)
    """
    found = short(text)
    if form in COUNTED:
        return _counted(found, form)
    day, end = _day(found, form)
    rest = found[end:]
    if not rest:
        return day
    gap = _BEFORE_TIME.match(rest)
    # 2026年11月22日14:05 needs none.
    return datetime.combine(day, read_time(rest[gap.end() :] if gap else rest))


def infer_dates(samples: Iterable[str], *, may_be_counted: bool = False) -> Guess[DateFormat]:
    """The date format of a column; two of them where day and month can be either.

    Serial numbers and seconds are numbers to anybody who does not say that they may be dates.
    """
    formats = (*CALENDAR, *COUNTED) if may_be_counted else CALENDAR
    return guess(samples, formats, _reading)


def _reading(text: str, form: DateFormat) -> tuple[date | datetime, DateFormat | None]:
    """With the format where it matters: 05/05/2024 alone does not tell how 06/05/2024 is meant."""
    read = read_moment(text, form)
    return read, form if _YEAR_LAST.match(short(text)) else None


def _day(text: str, form: DateFormat) -> tuple[date, int]:
    """The day at the beginning of a text, and where it ends there."""
    if found := _YEAR_FIRST.match(text):
        month, day = found["month"] or found["month_zh"], found["day"] or found["day_zh"]
        return date(int(found["year"]), int(month), int(day)), found.end()
    if found := _DAY_NAMED.match(text) or _MONTH_NAMED.match(text):
        month_number = month_named(found["month"])
        return date(_year(found["year"]), month_number, int(found["day"])), found.end()
    found = _YEAR_LAST.match(text) if form is not DateFormat.CERTAIN else None
    if not found:
        raise ValueError("The text is no date of this format.")
    day_month = int(found["first"]), int(found["second"])
    day_number, number = day_month if form is DateFormat.DAY_FIRST else day_month[::-1]
    return date(_year(found["year"]), number, day_number), found.end()


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year <= _LAST_OF_THIS_CENTURY else 1900)


def _counted(text: str, form: DateFormat) -> date | datetime:
    found = _COUNT.fullmatch(text)
    if form is DateFormat.COMPACT and _COMPACT.fullmatch(text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    whole = int(found["whole"]) if found else 0
    part = float(f"0.{found['part']}") if found and found["part"] else 0.0
    if form is DateFormat.SERIAL and whole in _SERIALS:
        moment = _SPREADSHEETS_BEGIN + timedelta(days=whole, seconds=round(part * 86_400))
        return moment if part else moment.date()
    if form is DateFormat.SECONDS and whole in _SECONDS:
        return _EPOCH + timedelta(seconds=whole + part)
    if form is DateFormat.MILLISECONDS and whole // 1000 in _SECONDS:
        return _EPOCH + timedelta(milliseconds=whole)
    raise ValueError("The text is no count of days or seconds of this format.")
