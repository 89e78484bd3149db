"""What the API takes of a quote: read, checked, put into a draft."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from core.api.described import MAYBE_NUMBER, TEXT, Json, thing
from core.api.problems import InvalidError
from core.ids import is_id
from core.models import User
from core.records.lookups import lookup_rows
from crm.models import Quote, QuoteLine
from crm.services.quoting.quotes import MOST_LINES, save_draft

LANGUAGES = [code for code, _name in settings.LANGUAGES]
GIVEN_NUMBER: Json = {"type": ["number", "string"]}
RATE: Json = {"type": ["number", "string"], "description": "A share from 0 to 1, such as 0.19."}
DAY: Json = {"type": "string", "format": "date"}
LENGTHS = {"recipient": 600, "title": 200, "terms": 4000}
GIVEN_LINE = thing(
    {
        "name": {**TEXT, "maxLength": 300},
        "unit": {**TEXT, "maxLength": 40},
        "quantity": GIVEN_NUMBER,
        "unit_price": GIVEN_NUMBER,
        "discount_rate": RATE,
        "tax_rate": RATE,
    },
    required=["name", "unit_price"],
)
TAKES = thing(
    {
        **{name: {**TEXT, "maxLength": most} for name, most in LENGTHS.items()},
        "language": {"enum": LANGUAGES},
        "contact": MAYBE_NUMBER,
        "valid_until": DAY,
        "discount_rate": RATE,
        "lines": {"type": "array", "maxItems": MOST_LINES, "items": GIVEN_LINE},
    },
    required=[],
)


def changed_by(quote: Quote, body: Json, user: User) -> Quote:
    """The draft with what the body says."""
    if unknown := set(body) - set(TAKES["properties"]):
        raise InvalidError({min(unknown): [_("There is no such field.")]})
    if not body:
        return quote
    for name in set(body) - {"lines"}:
        setattr(quote, name, _value(body, name, user))
    lines = _lines(body["lines"]) if "lines" in body else list(quote.lines.all())
    return save_draft(quote=quote, lines=lines, by=user, at=timezone.now())


def _value(body: Json, name: str, user: User) -> Any:
    """What the body says of a field of a quote."""
    if name in LENGTHS:
        return _text(body, name, LENGTHS[name])
    if name == "contact":
        return _contact(body[name], user)
    if name == "valid_until":
        return _day(body[name])
    if name == "discount_rate":
        return _rate(body, name, name)
    if body[name] not in LANGUAGES:
        raise InvalidError({name: [_("Choose one of the languages.")]})
    return body[name]


def _lines(given: Any) -> list[QuoteLine]:
    if not isinstance(given, list) or len(given) > MOST_LINES:
        sentence = _("A quote has up to %(most)s lines.") % {"most": MOST_LINES}
        raise InvalidError({"lines": [sentence]})
    return [_given_line(each, f"lines.{place}") for place, each in enumerate(given)]


def _given_line(given: Any, place: str) -> QuoteLine:
    if not isinstance(given, dict) or not given.get("name"):
        raise InvalidError({f"{place}.name": [_("Say what it is.")]})
    if unknown := set(given) - set(GIVEN_LINE["properties"]):
        raise InvalidError({f"{place}.{min(unknown)}": [_("There is no such field.")]})
    quantity = _decimal(given.get("quantity", 1), f"{place}.quantity", whole_digits=10)
    if quantity <= 0:
        raise InvalidError({f"{place}.quantity": [_("Enter a quantity above 0.")]})
    return QuoteLine(
        name=_text(given, "name", 300, place),
        unit=_text(given, "unit", 40, place),
        quantity=quantity,
        unit_price=_decimal(given.get("unit_price"), f"{place}.unit_price", whole_digits=16),
        discount_rate=_rate(given, "discount_rate", f"{place}.discount_rate"),
        tax_rate=_rate(given, "tax_rate", f"{place}.tax_rate"),
    )


def _text(given: Mapping[str, Any], name: str, most: int, place: str = "") -> str:
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        sentence = _("Write a text of up to %(most)s characters.") % {"most": most}
        raise InvalidError({f"{place}.{name}".lstrip("."): [sentence]})
    return value.strip()


def _decimal(value: Any, place: str, *, whole_digits: int, digits: int = 2) -> Decimal:
    try:
        given = None if isinstance(value, bool) else Decimal(str(value))
        found = None if given is None else given.quantize(Decimal(1).scaleb(-digits))
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or abs(found) >= Decimal(10) ** whole_digits:
        raise InvalidError({place: [_("Enter a number such as 1200.50.")]})
    return found


def _rate(given: Mapping[str, Any], name: str, place: str) -> Decimal:
    share = _decimal(given.get(name, 0), place, whole_digits=1, digits=4)
    if not 0 <= share <= 1:
        raise InvalidError({place: [_("Enter a share from 0 to 1.")]})
    return share


def _day(value: Any) -> date:
    try:
        found = parse_date(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None:
        raise InvalidError({"valid_until": [_("Give a day such as 2026-12-31.")]})
    return found


def _contact(value: Any, user: User) -> Any:
    if value is None:
        return None
    row = lookup_rows("crm.contact", user).filter(pk=value).first() if is_id(value) else None
    if row is None:
        raise InvalidError({"contact": [_("There is no such record, or you may not see it.")]})
    return row
