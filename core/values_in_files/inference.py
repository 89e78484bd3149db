"""What kind of values a column holds."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.values_in_files.addresses import domain_of_url, read_emails
from core.values_in_files.booleans import read_boolean
from core.values_in_files.dates import DateFormat, infer_dates, read_moment
from core.values_in_files.money import infer_money, names_a_currency
from core.values_in_files.numbers import NumberFormat, infer_numbers
from core.values_in_files.phones import read_phones
from core.values_in_files.placeholders import placeholders_in
from core.values_in_files.plain import plain

FEWEST_FITTING = 0.98  # of the samples; more of them misfit only where they are texts
LONGEST_LINE = 255  # characters; longer texts need room
LONGEST_CHOICE = 80
MOST_CHOICES = 50
USES_OF_A_CHOICE = 4  # on average, in the samples


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    MOMENT = "moment"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Inferred:
    """What a column seems to be.

    `formats` are those that fit, the likeliest first; `share` is the part of the samples that are
    neither empty nor placeholders and fit, 0 to 1.
    """

    kind: Kind
    share: float
    formats: tuple[NumberFormat, ...] | tuple[DateFormat, ...] = ()
    placeholders: list[str] = field(default_factory=list)

    @property
    def is_ambiguous(self) -> bool:
        """Whether a person has to choose one of the formats."""
        return len(self.formats) > 1


@dataclass(frozen=True, slots=True)
class _Column:
    values: Counter[str]
    placeholders: list[str]
    country: str | None
    may_be_counted: bool

    def inferred(
        self,
        kind: Kind,
        share: float,
        formats: tuple[NumberFormat, ...] | tuple[DateFormat, ...] = (),
    ) -> Inferred:
        return Inferred(kind, share, formats, self.placeholders)

    def share(self, fits: Callable[[str], bool]) -> float:
        fitting = sum(count for text, count in self.values.items() if fits(text))
        return fitting / self.values.total()


def infer_type(
    samples: Iterable[str], *, country: str | None = None, may_be_counted: bool = False
) -> Inferred:
    """What a column is, judged by samples of its texts.

    `country` is where phone numbers without +… are dialled; `may_be_counted` allows serial numbers
    of spreadsheets and seconds since 1970 to be dates.
    """
    counts = Counter(text.strip() for text in samples)
    placeholders = placeholders_in(counts)
    values = Counter({text: counts[text] for text in counts.keys() - {"", *placeholders}})
    column = _Column(values, placeholders, country, may_be_counted)
    if not values:
        return column.inferred(Kind.TEXT, 0.0)
    guesses = (found for guess in _GUESSES for found in guess(column))
    return next((found for found in guesses if found.share >= FEWEST_FITTING), _worded(column))


def _emails(column: _Column) -> Iterator[Inferred]:
    yield column.inferred(Kind.EMAIL, column.share(_reads(read_emails)))


_LONE = re.compile(r"[0-9a-wyz]", re.IGNORECASE)


def _booleans(column: _Column) -> Iterator[Inferred]:
    """A column of nothing but 1 counts something, and so does one in which a 2 follows."""
    values = column.values
    is_count = any(text.isdecimal() and text not in {"0", "1"} for text in values)
    is_lone = len(values) == 1 and any(map(_LONE.fullmatch, values))
    if not is_count and not is_lone:
        yield column.inferred(Kind.BOOLEAN, column.share(_reads(read_boolean)))


def _moments(column: _Column) -> Iterator[Inferred]:
    found = infer_dates(column.values.elements(), may_be_counted=column.may_be_counted)
    if found.formats:
        kind = Kind.MOMENT if _has_times(column, found.formats[0]) else Kind.DATE
        yield column.inferred(kind, found.share, found.formats)


def _has_times(column: _Column, form: DateFormat) -> bool:
    def is_moment(text: str) -> bool:
        return isinstance(read_moment(text, form), datetime)

    return any(_reads(read_moment, form)(text) and is_moment(text) for text in column.values)


def _amounts(column: _Column) -> Iterator[Inferred]:
    if any(map(names_a_currency, column.values)):
        found = infer_money(column.values.elements())
        yield column.inferred(Kind.MONEY, found.share, found.formats)


def _numbers(column: _Column) -> Iterator[Inferred]:
    found = infer_numbers(column.values.elements())
    yield column.inferred(Kind.NUMBER, found.share, found.formats)


_PHONE = re.compile(
    r"(?:\+|\(\+?[0-9]{1,5}\)|0[0-9]{1,5}[-/ ()])[-0-9 ()./]{6,}"  # +49 …, (030) …, 030-…
    r"(?: ?(?:x|ext|转|#).{0,12})?"
    r"|[2-9][0-9]{2}[-. ][2-9][0-9]{2}[-. ][0-9]{4}"  # 202-555-0148
    r"|1[3-9][0-9]{9}|1[3-9][0-9][- ][0-9]{4}[- ][0-9]{4}"  # mobile phones in China
)
_DIALLED = ("+", "0", "(")  # how numbers begin that need no further look


def _phones(column: _Column) -> Iterator[Inferred]:
    """Codes may begin with 0 as well: they are phone numbers if they can be dialled."""

    def is_phone(text: str) -> bool:
        return all(
            _PHONE.fullmatch(plain(phone.written))
            or (phone.is_valid and phone.written.startswith(_DIALLED))
            for phone in read_phones(text, column.country)
        )

    if any(plain(text).startswith(_DIALLED) or _PHONE.match(plain(text)) for text in column.values):
        yield column.inferred(Kind.PHONE, column.share(is_phone))


_URL = re.compile(r"https?://|www\.", re.IGNORECASE)
_USUAL_TOP = re.compile(
    r".*\.(?:[a-z]{2,3}|xn--.*|info|name|shop|online|tech|site|store|cloud|agency|group|digital|media"
    r"|company|solutions|world|global|email|test|example)"
)


def _urls(column: _Column) -> Iterator[Inferred]:
    def is_url(text: str) -> bool:
        domain = domain_of_url(text)
        return bool(_URL.match(plain(text)) or _USUAL_TOP.fullmatch(domain))

    yield column.inferred(Kind.URL, column.share(_holds(is_url)))


_ID = re.compile(r"[0-9]+(?:[;, ]+[0-9]+)*|(?=(?:[^0-9]*[0-9]){4})[-\w]{12,}")


def _worded(column: _Column) -> Inferred:
    values = column.values
    if any(len(text) > LONGEST_LINE or "\n" in text for text in values):
        return column.inferred(Kind.LONG_TEXT, 1.0)
    is_choice = (
        len(values) <= MOST_CHOICES
        and len(values) * USES_OF_A_CHOICE <= values.total()
        and all(len(text) <= LONGEST_CHOICE for text in values)
        and not all(map(_ID.fullmatch, values))
    )
    return column.inferred(Kind.CHOICE if is_choice else Kind.TEXT, 1.0)


_GUESSES: tuple[Callable[[_Column], Iterator[Inferred]], ...] = (
    _booleans,
    _emails,
    _urls,
    _moments,
    _phones,
    _amounts,
    _numbers,
)


def _reads(read: Callable[..., object], *more: object) -> Callable[[str], bool]:
    """Whether a reader takes a text."""

    def reads(text: str) -> bool:
        try:
            read(text, *more)
        except ValueError:
            return False
        return True

    return reads


def _holds(test: Callable[[str], bool]) -> Callable[[str], bool]:
    """The test, failing where it raises ValueError."""

    def holds(text: str) -> bool:
        try:
            return test(text)
        except ValueError:
            return False

    return holds
