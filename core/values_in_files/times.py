"""Times of the day as they stand behind a date."""

import re
from datetime import UTC, time, timedelta, timezone

_NOON = 12
_TIME = re.compile(
    r"(?P<before>上午|下午|) ?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<part>[0-9]{1,9}))?)?"
    r" ?(?P<after>[ap]\.?m\.?|uhr|) ?(?P<zone>z|utc|gmt|)(?P<offset>[-+][0-9]{2}:?[0-9]{2}|)",
    re.IGNORECASE,
)


def read_time(text: str) -> time:
    """The time that a text writes, with its zone if there is one; ValueError for other texts.

    >>> read_time("3:12 PM"), read_time("14:05:30Z")
    (datetime.time(15, 12), datetime.time(14, 5, 30, tzinfo=datetime.timezone.utc))
    """
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError("The text is no time.")
    half = found["before"] or found["after"].lower().replace(".", "")
    return time(
        _hour(int(found["hour"]), half),
        int(found["minute"]),
        int(found["second"] or 0),
        int((found["part"] or "")[:6].ljust(6, "0")),
        tzinfo=_zone(found["offset"]) if found["zone"] or found["offset"] else None,
    )


def _hour(hour: int, half: str) -> int:
    """Of 24; noon and midnight are 12 in halves of a day."""
    if half in ("", "uhr"):
        return hour
    if half in ("上午", "下午") and (hour == 0 or hour > _NOON):
        return hour  # 下午 14:05
    if not 1 <= hour <= _NOON:
        raise ValueError("Half a day has twelve hours.")
    return hour % _NOON + (_NOON if half in ("pm", "下午") else 0)


def _zone(offset: str) -> timezone:
    if not offset:
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    behind = timedelta(hours=hours, minutes=minutes)
    return timezone(-behind if offset[0] == "-" else behind) if behind else UTC
