"""Moments of a column of dates, as seconds: days, months and moments as files write them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from math import nan

from core.values_in_files.dates import DateFormat, infer_dates, read_moment

MONTH = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")
COMPACT = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")


def are_compact(texts: Sequence[str]) -> bool:
    """Whether all are days without marks, such as `20240502`, and no numbers."""
    return bool(texts) and all(map(COMPACT.fullmatch, texts))


def writing_of(texts: Sequence[str]) -> DateFormat | None:
    """How a column writes its dates; None where it holds none."""
    if are_compact(texts):
        return DateFormat.COMPACT
    formats = infer_dates([_first_of_month(text) for text in texts]).formats if texts else ()
    return next(iter(formats), None)


def seconds_in(text: str, form: DateFormat) -> float:
    """Seconds since 1970, UTC where nothing else is said; a month is its first day. NaN for other texts.

    >>> seconds_in("1970-02", DateFormat.CERTAIN) / 86_400
    31.0
    """
    try:
        found = read_moment(_first_of_month(text), form)
        if not isinstance(found, datetime):
            found = datetime.combine(found, time.min)
        return found.replace(tzinfo=found.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return nan


def _first_of_month(text: str) -> str:
    month = MONTH.fullmatch(text.strip())
    return f"{month[1]}-{month[2]}-01" if month else text
