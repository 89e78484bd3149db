"""Values of fields as people read them, by the type of the field; pages and lists only draw them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from django.utils import formats, timezone

from core.choices import FieldType
from core.fields.stored import to_stored
from core.phrases import day_text, money
from core.values import in_words

NONE: Mapping[Any, Any] = MappingProxyType({})


def text_of(
    kind: FieldType, value: Any, *, choices: Mapping[Any, Any] = NONE, currency: str = ""
) -> str:
    """A value, as Python knows it or as JSON and the trail keep it; what does not fit stays as it is.

    >>> text_of(FieldType.MONEY, "1200.00", currency="EUR"), text_of(FieldType.CHOICE, "a", choices={"a": "A"})
    ('€1,200', 'A')
    """
    if isinstance(value, list | tuple):
        return ", ".join(text_of(kind, each, choices=choices, currency=currency) for each in value)
    if value in choices:
        return str(choices[value])
    try:
        return WORDS[kind](value, currency) if kind in WORDS else str(value)
    except (TypeError, ValueError, InvalidOperation):
        return str(value)


def number_text(value: Any, _currency: str = "") -> str:
    return in_words(value if isinstance(value, int | float) else to_stored(Decimal(value)))


def amount_text(value: Any, currency: str) -> str:
    """In its currency, where that is known."""
    return money(Decimal(value), currency) if currency else number_text(value)


def _day_text(value: Any, _currency: str) -> str:
    return day_text(value if isinstance(value, date) else date.fromisoformat(value))


def _moment_text(value: Any, _currency: str) -> str:
    """In the reader's time zone."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


WORDS: dict[FieldType, Callable[[Any, str], str]] = {
    FieldType.NUMBER: number_text,
    FieldType.MONEY: amount_text,
    FieldType.DATE: _day_text,
    FieldType.MOMENT: _moment_text,
    FieldType.BOOLEAN: lambda value, _currency: in_words(value),
}
