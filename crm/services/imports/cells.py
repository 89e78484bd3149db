"""From the text of a cell to a value: one reader for each column, which remembers what it has read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from core.choices import FieldType
from core.errors import Refused
from core.fields.parsing import SEPARATORS
from core.fields.stored import to_stored
from core.rows.values import FIRST_YEAR, LAST_YEAR, for_column, for_custom
from core.spreadsheets import restored
from core.text import comparable
from core.values_in_files.addresses import LONGEST_EMAIL, is_usual_email, read_emails, read_url
from core.values_in_files.booleans import read_boolean
from core.values_in_files.dates import DateFormat, read_moment
from core.values_in_files.money import read_money
from core.values_in_files.numbers import NumberFormat
from core.values_in_files.phones import Phone, read_phones
from core.values_in_files.placeholders import is_placeholder
from crm.services.imports.refusals import MISFIT, MISFITS, NO_EMAIL, NO_OPTION, TOO_LONG, RowRefused
from crm.services.imports.targets import Target
from crm.services.imports.words import VALUES

REMEMBERED = 5_000  # texts of a column
SHOWN = 50  # characters of a text in a sentence
NAMES = frozenset({"given_name", "family_name"})

Read = Callable[[str, "Reading"], Any]


@dataclass(frozen=True)
class Setting:
    """What the file does not say: where phones without +… are dialled, what amounts are in."""

    country: str | None
    currency: str


@dataclass(frozen=True)
class Reading:
    """How the cells of one column are read."""

    target: Target
    setting: Setting
    form: str
    options: Mapping[str, Any]


class CellReader:
    """Reads the cells of one column for its target; `None` is an empty one, a tuple several values.

    `entry` is the column in the mapping of the import: its format, whether words for nothing are
    nothing, and the values that somebody has matched.
    """

    def __init__(self, target: Target, entry: Mapping[str, Any], setting: Setting) -> None:
        self.target = target
        self.drops_placeholders = bool(entry.get("placeholders", True))
        self.is_name = target.name.rpartition(".")[2] in NAMES
        options = options_of(target) | entry.get("values", {})
        self._reading = Reading(target, setting, str(entry.get("format", "")), options)
        self._read = READERS.get(target.type, _text)
        if target.reads is not None:
            self._read = _read_by(target.reads)
        self._known: dict[str, Any] = {}

    def __call__(self, cell: str) -> Any:
        if cell in self._known:
            return self._known[cell]
        text = restored(cell.strip())
        found = None if self.is_nothing(text) else self._fitting(text)
        if len(self._known) < REMEMBERED:
            self._known[cell] = found
        return found

    def is_nothing(self, text: str) -> bool:
        """Some people are called Null; nobody is called “-”."""
        if not text:
            return True
        is_kept = self.is_name and text.isalpha()
        return self.drops_placeholders and not is_kept and is_placeholder(text)

    def _fitting(self, text: str) -> Any:
        try:
            found = self._read(text, self._reading)
            if isinstance(found, tuple):
                return tuple(self._stored(each) for each in found) or None
            return self._stored(found)
        except RowRefused:
            raise
        except (ValueError, OverflowError, Refused):
            sentence = MISFITS.get(self.target.type, MISFIT)
            raise RowRefused(sentence, text=text[:SHOWN], field=self.target.label) from None

    def _stored(self, value: Any) -> Any:
        """As the column keeps it; what is no column waits to be put together."""
        longest = self.target.longest
        if longest and isinstance(value, str) and len(value) > longest:
            raise RowRefused(TOO_LONG, text=value[:30], limit=longest)
        if self.target.type == FieldType.EMAIL and is_usual_email(value):
            return value
        if self.target.column is not None:
            return for_column(self.target.column, self.target.type, _told(value))
        field = self.target.field
        if field is not None and field.custom is not None:
            return for_custom(field.custom, _told(value))
        return value


def options_of(target: Target) -> dict[str, Any]:
    """Keys by what a choice may be called: its key, its label in every language, other systems' words."""
    field = target.field
    if target.type != FieldType.CHOICE or field is None:
        return {}
    found = dict(VALUES.get(field.rule, {}))
    for code, _language in settings.LANGUAGES:
        with translation.override(code):
            found |= {comparable(str(label)): key for key, label in field.choices.items()}
    return found | {comparable(str(key)): key for key in field.choices}


def _told(value: Any) -> Any:
    """As programs tell it: dates in the form of ISO 8601, numbers in all their digits."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return to_stored(value) if isinstance(value, date) else value


def _read_by(reads: Callable[[str], Any]) -> Read:
    return lambda text, _reading: reads(text)


def _text(text: str, _reading: Reading) -> str:
    return text


def _emails(text: str, _reading: Reading) -> tuple[str, ...]:
    try:
        return tuple(read_emails(text))
    except ValueError:
        if len(text) > LONGEST_EMAIL:
            raise RowRefused(TOO_LONG, text=text[:30], limit=LONGEST_EMAIL) from None
        raise RowRefused(NO_EMAIL, text=text[:SHOWN]) from None


def _phones(text: str, reading: Reading) -> tuple[str, ...]:
    return tuple(_dialled(phone) for phone in read_phones(text, reading.setting.country))


def _dialled(phone: Phone) -> str:
    """As it is dialled where that can be told, else as it is written."""
    if not phone.is_valid:
        return phone.written
    return f"{phone.e164} ext. {phone.extension}" if phone.extension else phone.e164


def _number(text: str, reading: Reading) -> Any:
    """With the name of a currency or without."""
    form = NumberFormat(reading.form or NumberFormat.ENGLISH)
    return read_money(text, form, reading.setting.currency).amount


def _moment_or_day(text: str, reading: Reading) -> date | datetime:
    found = read_moment(text, DateFormat(reading.form or DateFormat.CERTAIN))
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError("The year is out of range.")
    return found


def _day(text: str, reading: Reading) -> date:
    found = _moment_or_day(text, reading)
    return found.date() if isinstance(found, datetime) else found


def _moment(text: str, reading: Reading) -> datetime:
    """A moment without a zone is meant in the active one."""
    found = _moment_or_day(text, reading)
    if not isinstance(found, datetime):
        found = datetime.combine(found, datetime.min.time())
    return (found if found.tzinfo else timezone.make_aware(found)).astimezone(UTC)


def _boolean(text: str, _reading: Reading) -> bool:
    return read_boolean(text)


def _url(text: str, _reading: Reading) -> str:
    return read_url(text)


def _choice(text: str, reading: Reading) -> Any:
    """Matched by hand, else called so; options of added fields are learned, unless they are closed."""
    if text in reading.options:
        return reading.options[text]
    field = reading.target.field
    if field is not None and field.custom is not None:
        return text
    found = reading.options.get(comparable(text))
    if found is None:
        raise RowRefused(NO_OPTION, text=text[:SHOWN], field=reading.target.label)
    return found


def _parts(text: str, _reading: Reading) -> list[str]:
    return [part.strip() for part in SEPARATORS.split(text) if part.strip()]


READERS: dict[FieldType, Read] = {
    FieldType.EMAIL: _emails,
    FieldType.PHONE: _phones,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _number,
    FieldType.DATE: _day,
    FieldType.MOMENT: _moment,
    FieldType.BOOLEAN: _boolean,
    FieldType.URL: _url,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _parts,
    FieldType.TAGS: _parts,
}
