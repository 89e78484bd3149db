"""Values in JSON, by the type of their field; "nothing" is null in all of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core.choices import FieldType

NOT_TOLD = {"id": None, "name": None}  # a record that the reader may not see


def text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


def number(value: Any) -> int | float | None:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value  # type: ignore[no-any-return]  # an int or a float


def amount(value: Any) -> str | None:
    """An exact amount: a number in JSON is rounded by whoever reads it.

    >>> amount(Decimal("12.50")), amount(12.5), amount(None)
    ('12.50', '12.5', None)
    """
    if value is None:
        return None
    return format(value if isinstance(value, Decimal) else Decimal(str(value)), "f")


def day(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None


def moment(value: datetime | None) -> str | None:
    """In UTC, as RFC 3339 writes it."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def several(value: Any) -> list[Any]:
    return list(value or ())


def as_it_is(value: Any) -> Any:
    return value if value != "" else None


FORMS: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.TEXT: text,
    FieldType.LONG_TEXT: text,
    FieldType.URL: text,
    FieldType.EMAIL: text,
    FieldType.PHONE: text,
    FieldType.NUMBER: number,
    FieldType.MONEY: amount,
    FieldType.DATE: day,
    FieldType.MOMENT: moment,
    FieldType.CHOICE: as_it_is,
    FieldType.CHOICES: several,
    FieldType.BOOLEAN: as_it_is,
}
