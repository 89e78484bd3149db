"""Values of custom fields as they lie in JSON, and as Python knows them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from core.choices import FieldType


def to_stored(value: Any) -> Any:
    """The JSON form: dates as 2026-11-22, moments in UTC to the second, records as their ids.

    >>> to_stored(Decimal("12.50")), to_stored(date(2026, 11, 22))
    (12.5, '2026-11-22')
    """
    match value:
        case datetime():
            moment = value.astimezone(UTC).replace(microsecond=0, tzinfo=None)
            return f"{moment.isoformat()}Z"
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Model():
            return value.pk
        case list() | tuple() | set():
            return [to_stored(each) for each in value] or None
        case str():
            return value.strip() or None
    return value


def from_stored(field_type: str, value: Any) -> Any:
    """The value as conditions compare it and forms show it; None for what does not fit."""
    if value is None or value == "" or value == []:
        return None
    if field_type == FieldType.DATE:
        return _read(date.fromisoformat, value)
    if field_type == FieldType.MOMENT:
        return _read(datetime.fromisoformat, value)
    return value


def _read(read: Any, text: Any) -> Any:
    try:
        return read(text)
    except (TypeError, ValueError):
        return None
