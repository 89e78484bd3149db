"""From a text that somebody wrote to the JSON value of a custom field; wrong ones get a sentence."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from core import permissions
from core.choices import FieldType
from core.fields.stored import to_stored
from core.ids import id_in
from core.models import CustomField, User
from core.registries import record_types
from core.text import comparable

TRUE_WORDS = frozenset({"1", "true", "yes", "y", "t", "ja", "是", "对", "有"})
FALSE_WORDS = frozenset({"0", "false", "no", "n", "f", "nein", "否", "不", "无"})
MAX_TEXT = 5_000
MAX_LONG_TEXT = 50_000
MAX_CHOICE = 200
MAX_DIGITS = 300  # what is longer fits no floating-point number
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)([.]\d+)?([eE][+-]?\d{1,2})?|[+-]?\d+,\d+")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+([.]\d+)?")
# A number that begins so is a code: a postal code, a telephone number.
CODE = re.compile(r"\+|0\d")
PHONE = re.compile(r"[\d\s()+./#*xext-]{3,50}", re.IGNORECASE)
SEPARATORS = re.compile(r"[;,|、；，\n]")
check_url = URLValidator(schemes=["http", "https"])

Parser = Callable[[CustomField, str, "User | None"], Any]


def parse_value(field: CustomField, text: str, *, by: User | None = None) -> Any:
    """The JSON value of a text for the field; raises ValueError with a sentence.

    A link is read only to a record that `by` may see.
    """
    text = text.strip()
    return PARSERS[FieldType(field.type)](field, text, by) if text else None


def _text(_field: CustomField, text: str, _by: User | None) -> str:
    return text[:MAX_TEXT]


def _long_text(_field: CustomField, text: str, _by: User | None) -> str:
    return text[:MAX_LONG_TEXT]


def _number(_field: CustomField, text: str, _by: User | None) -> float | int:
    return read_number(text)


def read_number(text: str) -> float | int:
    text = text.replace(" ", "").replace("\u00a0", "")
    if not NUMBER.fullmatch(text) or len(text) > MAX_DIGITS:
        raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:50]})
    plain = text.replace(",", "") if THOUSANDS.fullmatch(text) else text.replace(",", ".")
    number: float | int = to_stored(Decimal(plain))
    return number


def _money(field: CustomField, text: str, _by: User | None) -> float | int:
    """An amount in the field's currency, which may stand beside it."""
    currency = re.escape(field.currency)
    return read_number(re.sub(rf"^{currency}\s*|\s*{currency}$", "", text, flags=re.IGNORECASE))


def _date(_field: CustomField, text: str, _by: User | None) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise ValueError(
            _("“%(text)s” is not a date. Write it as 2026-11-22.") % {"text": text[:50]}
        ) from None


def _moment(_field: CustomField, text: str, _by: User | None) -> Any:
    """A moment without a zone is meant in the current one."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else timezone.make_aware(moment)
        return to_stored(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        raise ValueError(
            _("“%(text)s” is not a date and time. Write it as 2026-11-22 09:00.")
            % {"text": text[:50]}
        ) from None


def _boolean(_field: CustomField, text: str, _by: User | None) -> bool:
    word = text.casefold()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ValueError(_("“%(text)s” is neither yes nor no.") % {"text": text[:50]})


def _choice(field: CustomField, text: str, _by: User | None) -> str:
    """The key of the option with this key or label, else the text where any is taken."""
    keys = dict(field.choices)
    if text in keys:
        return text
    by_label = {comparable(label): key for key, label in field.choices}
    found = by_label.get(comparable(text))
    if found is None and field.takes_any:
        return text[:MAX_CHOICE]
    if found is None:
        raise ValueError(_("“%(text)s” is not one of the options.") % {"text": text[:50]})
    return found


def _choices(field: CustomField, text: str, by: User | None) -> list[str] | None:
    parts = (part.strip() for part in SEPARATORS.split(text))
    return in_order(field, [_choice(field, part, by) for part in parts if part]) or None


def in_order(field: CustomField, chosen: Iterable[str]) -> list[str]:
    """Each choice once, in the order of the options."""
    places = {key: place for place, (key, _label) in enumerate(field.choices)}
    return sorted(dict.fromkeys(chosen), key=lambda key: places.get(key, len(places)))


def _url(_field: CustomField, text: str, _by: User | None) -> str:
    address = text if "://" in text else f"https://{text}"
    try:
        check_url(address)
    except ValidationError:
        raise ValueError(_("“%(text)s” is not a web address.") % {"text": text[:50]}) from None
    return address


def _email(_field: CustomField, text: str, _by: User | None) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError(_("“%(text)s” is not an e-mail address.") % {"text": text[:50]}) from None
    return text


def _phone(_field: CustomField, text: str, _by: User | None) -> str:
    if not PHONE.fullmatch(text) or not any(letter.isdecimal() for letter in text):
        raise ValueError(_("“%(text)s” is not a phone number.") % {"text": text[:50]})
    return text


def _user(_field: CustomField, text: str, _by: User | None) -> int:
    """A user by number or e-mail address."""
    people, pk = User.objects.filter(is_active=True), id_in(text)
    found = people.filter(email__iexact=text) if pk is None else people.filter(pk=pk)
    return _only(list(found.values_list("pk", flat=True)[:2]), text)


def _link(field: CustomField, text: str, by: User | None) -> int:
    """A record by its number, among those that the writer may see."""
    pk = id_in(text)
    if by is None or field.target not in record_types or pk is None:
        return _only([], text)
    rows = permissions.visible_rows(record_types[field.target].model, by).filter(pk=pk)
    return _only(list(rows.values_list("pk", flat=True)[:2]), text)


def _only(found: list[int], text: str) -> int:
    if len(found) != 1:
        raise ValueError(_("“%(text)s” is nobody and nothing we know.") % {"text": text[:50]})
    return found[0]


PARSERS: dict[FieldType, Parser] = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _long_text,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.MOMENT: _moment,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.BOOLEAN: _boolean,
    FieldType.URL: _url,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
    FieldType.USER: _user,
    FieldType.LINK: _link,
}


def guess_type(samples: Iterable[str]) -> FieldType:
    """The narrowest type that fits all samples; few repeated words are a choice."""
    values = [text.strip() for text in samples if text.strip()]
    if not values:
        return FieldType.TEXT
    for kind in (FieldType.BOOLEAN, FieldType.NUMBER, FieldType.DATE):
        if _all_parse(kind, values):
            is_code = kind == FieldType.NUMBER and any(CODE.match(value) for value in values)
            return FieldType.TEXT if is_code else kind
    distinct = set(values)
    repeats = len(distinct) <= max(20, len(values) // 20) and len(distinct) < len(values)
    return FieldType.CHOICE if repeats else FieldType.TEXT


def _all_parse(kind: FieldType, values: list[str]) -> bool:
    if kind == FieldType.BOOLEAN and len({v.casefold() for v in values} - {"0", "1"}) == 0:
        return len(set(values)) > 1
    field = CustomField(type=kind)
    try:
        for value in values:
            PARSERS[kind](field, value, None)
    except ValueError:
        return False
    return True
