"""Values as they travel with a form, so that two of them can be told apart."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from core.fields.stored import to_stored


def plain(value: Any) -> Any:
    """The JSON form of a value; nothing, an empty text and an empty list are the same.

    >>> plain(Decimal("12.50")) == plain(Decimal("12.5")), plain(" a "), plain("")
    (True, 'a', None)
    """
    match value:
        case str():
            return value.replace("\r\n", "\n").strip() or None
        case bool() | int() | None:
            return value
        case float() | Decimal():
            return format(Decimal(str(value)).normalize(), "f")
        case Model():
            return value.pk
        case datetime():
            return to_stored(value.replace(second=0))  # forms know minutes
        case date():
            return to_stored(value)
        case list() | tuple() | set():
            return sorted(str(each) for each in value) or None
    return str(value)
