"""Values that tests are given: checked, and brought into their JSON form."""

from collections.abc import Callable
from datetime import date
from math import isfinite, nan
from typing import Any

from django.utils.translation import gettext as _

from core.choices import SEVERAL_ROWS, FieldType
from core.conditions.fields import ResolvedField
from core.conditions.periods import PERIODS
from core.errors import Refused
from core.ids import id_in

MAX_VALUES = 200
MAX_TEXT = 500
MAX_DAYS = 36_500
FIRST_YEAR, LAST_YEAR = 1000, 9000  # room for the days before and after
LARGEST = 10.0**15  # what every column of numbers can be compared with
ME, MY_TEAM = "me", "my_team"
ROWS = SEVERAL_ROWS | {FieldType.USER, FieldType.LINK}

Read = Callable[[Any, ResolvedField], Any]


def nothing(_value: Any, _field: ResolvedField) -> None:
    return None


def text(value: Any, _field: ResolvedField) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise Refused(_("Say which text."))
    return value.strip()[:MAX_TEXT]


def number(value: Any, _field: ResolvedField) -> float | int:
    try:
        found = nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = nan
    if not isfinite(found) or abs(found) > LARGEST:
        raise Refused(_("“%(text)s” is not a number.") % {"text": str(value)[:50]})
    return int(found) if found.is_integer() else found


def day(value: Any, _field: ResolvedField) -> str:
    return day_of(value)


def day_of(value: Any) -> str:
    try:
        found = date.fromisoformat(str(value))
    except ValueError:
        found = date.min
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(
            _("“%(text)s” is not a date. Write it as 2026-11-22.") % {"text": str(value)[:50]}
        )
    return found.isoformat()


def days(value: Any, field: ResolvedField) -> int:
    found = number(value, field)
    if not isinstance(found, int) or not 0 <= found <= MAX_DAYS:
        raise Refused(_("Say a number of days."))
    return found


def period(value: Any, _field: ResolvedField) -> str:
    if value not in PERIODS:
        raise Refused(_("Choose a period."))
    return str(value)


def two(one: Read) -> Read:
    def read(value: Any, field: ResolvedField) -> list[Any]:
        if not isinstance(value, list) or len(value) != 2:
            raise Refused(_("Say from what to what."))
        return sorted(one(part, field) for part in value)

    return read


def several(value: Any, field: ResolvedField) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    if not values or len(values) > MAX_VALUES:
        raise Refused(_("Choose between one and %(most)s values.") % {"most": MAX_VALUES})
    return [single(part, field) for part in values]


def single(value: Any, field: ResolvedField) -> Any:
    if field.type in ROWS:
        if field.type == FieldType.USER and value in (ME, MY_TEAM):
            return value
        return _number_of_row(value)
    if field.type == FieldType.CHOICE and field.is_whole:
        return _number_of_row(value)
    if field.type in (FieldType.NUMBER, FieldType.MONEY):
        return number(value, field)
    return text(value, field)


def _number_of_row(value: Any) -> int:
    number = id_in(str(value))
    if number is None:
        raise Refused(_("Choose a record."))
    return number
