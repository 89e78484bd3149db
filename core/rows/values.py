"""JSON values of rows as columns keep them; what does not fit is refused with a sentence."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import FieldType
from core.errors import Refused
from core.fields.parsing import in_order, parse_value
from core.models import CustomField

FIRST_YEAR, LAST_YEAR = 1000, 9000  # room for time zones before and after
LONGEST = 50_000
LONGEST_NUMBER = 40
Parse = Callable[[Any], Any]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Refused(_("Write a text."))
    if len(value) > LONGEST:
        raise Refused(_("At most %(most)s characters fit in here.") % {"most": LONGEST})
    return value.replace("\r\n", "\n").strip()


def _number(value: Any) -> int | Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        found = Decimal(value)
    elif isinstance(value, float | str):
        found = _decimal(value)
    else:
        raise Refused(_("Write a number."))
    return int(found) if found == found.to_integral_value() else found


def _decimal(value: float | str) -> Decimal:
    text = str(value).strip()
    try:
        found = Decimal(text) if len(text) <= LONGEST_NUMBER else Decimal("NaN")
    except ArithmeticError:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found.adjusted()) > LONGEST_NUMBER:
        raise Refused(_("Write a number."))
    return found


def _amount(value: Any) -> Decimal:
    return Decimal(_number(value))


def _day(value: Any) -> date:
    try:
        found = date.fromisoformat(_text(value))
    except ValueError:
        raise Refused(_("Write a date as 2026-11-22.")) from None
    return _in_range(found)


def _moment(value: Any) -> datetime:
    """A moment without a zone is meant in the caller's."""
    try:
        found = datetime.fromisoformat(_text(value))
    except ValueError:
        raise Refused(_("Write a moment as 2026-11-22T09:00:00Z.")) from None
    _in_range(found.date())
    found = found if found.tzinfo else timezone.make_aware(found)
    return found.astimezone(UTC)


def _in_range(found: date) -> date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(_("Write a year between 1000 and 9000."))
    return found


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused(_("Write true or false."))
    return value


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise Refused(_("Write a list of texts."))
    return [_text(each) for each in value]


PARSERS: dict[FieldType, Parse] = {
    FieldType.NUMBER: _number,
    FieldType.MONEY: _amount,
    FieldType.DATE: _day,
    FieldType.MOMENT: _moment,
    FieldType.BOOLEAN: _yes_no,
    FieldType.CHOICES: _texts,
}


def parsed(field_type: FieldType, value: Any) -> Any:
    """The value as Python knows it; None for nothing."""
    if value is None or value in ("", []):
        return None
    parse: Parse = PARSERS.get(field_type, _text)
    return parse(value)


def for_column(column: Any, field_type: FieldType, value: Any) -> Any:
    """The value as the column keeps it."""
    found = parsed(field_type, value)
    if found in (None, ""):
        return _nothing(column)
    if isinstance(found, Decimal) and column.get_internal_type().endswith("IntegerField"):
        raise Refused(_("Write a whole number."))
    try:
        return column.clean(found, None)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None


def _nothing(column: Any) -> Any:
    if column.null:
        return None
    if column.choices and not column.blank:
        raise Refused(_("This cannot be empty."))
    if column.empty_strings_allowed:
        return ""
    raise Refused(_("This cannot be empty."))


def for_custom(field: CustomField, value: Any) -> Any:
    """The JSON form of an added field's value; None for nothing."""
    found = parsed(FieldType(field.type), value)
    if found is None:
        return None
    try:
        if field.type == FieldType.CHOICES:
            chosen = [_one_choice(field, each) for each in found]
            return in_order(field, [each for each in chosen if each]) or None
        return parse_value(field, _written(found))
    except ValueError as error:
        raise Refused(str(error)) from None


def _one_choice(field: CustomField, text: str) -> Any:
    found = parse_value(field, text)
    return found[0] if isinstance(found, list) and found else None


def _written(value: Any) -> str:
    """The value as people write it, which is read as in an import."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
    return str(value)
