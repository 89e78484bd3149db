"""Numbers as the usual locales write them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.values_in_files.guesses import Guess, guess
from core.values_in_files.plain import plain, short

MOST_DIGITS = 20  # more than any amount has; they are codes


class NumberFormat(StrEnum):
    """A decimal convention, named by what it makes of one number."""

    PLAIN = "1234567.89"
    ENGLISH = "1,234,567.89"
    CONTINENTAL = "1.234.567,89"
    SPACED = "1 234 567,89"
    SPACED_POINT = "1 234 567.89"
    SWISS = "1'234'567.89"
    INDIAN = "12,34,567.89"


@dataclass(frozen=True, slots=True)
class _Parts:
    is_negative: bool
    body: str
    unit: str


_SIGNED = re.compile(
    r"(?P<sign>[-+(]?) ?(?P<body>[0-9.,][0-9., ']*?) ?(?P<unit>[万萬亿億%]?) ?(?P<end>[-)]?)",
)
_NEGATIVE = {"": False, "+": False, "-": True, "()": True}
_UNITS = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8}
_UNITS |= {"萬": _UNITS["万"], "億": _UNITS["亿"]}
_CODE = re.compile(r"-?0[0-9]|\+(?:[0-9][ ().-]*){7}|(?:[0-9] ?){16}")


def _convention(groups: str, decimal: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<whole>[0-9]+|[1-9]{groups}|){decimal}")


_POINT, _COMMA = r"(?:\.(?P<part>[0-9]+))?", r"(?:,(?P<part>[0-9]+))?"
_CONVENTIONS = {
    NumberFormat.PLAIN: re.compile(rf"(?P<whole>[0-9]*){_POINT}"),
    NumberFormat.ENGLISH: _convention(r"[0-9]{0,2}(?:,[0-9]{3})+", _POINT),
    NumberFormat.CONTINENTAL: _convention(r"[0-9]{0,2}(?:\.[0-9]{3})+", _COMMA),
    NumberFormat.SPACED: _convention(r"[0-9]{0,2}(?: [0-9]{3})+", _COMMA),
    NumberFormat.SPACED_POINT: _convention(r"[0-9]{0,2}(?: [0-9]{3})+", _POINT),
    NumberFormat.SWISS: _convention(r"[0-9]{0,2}(?:'[0-9]{3})+", _POINT),
    NumberFormat.INDIAN: _convention(r"[0-9]?(?:,[0-9]{2})*,[0-9]{3}", _POINT),
}
_GROUPED = tuple(form for form in NumberFormat if form is not NumberFormat.PLAIN)
_SEPARATORS = str.maketrans("", "", ",. '")
_BARE = re.compile(r"[-+]?[0-9]+")


def is_code(text: str) -> bool:
    """Whether the digits are a name, not a number: leading zeros, `+49…`, 16 digits and more.

    >>> is_code("01067"), is_code("0.5"), is_code("+49 30 1234567")
    (True, False, True)
    """
    return _CODE.match(plain(text)) is not None


def read_number(text: str, form: NumberFormat) -> Decimal:
    """The number that a text writes in a convention; ValueError where it writes none, or a code.

    A percent sign is a unit: 12 % is 12, as columns of probabilities have it.

    >>> read_number("(1.234,50)", NumberFormat.CONTINENTAL)
    Decimal('-1234.50')
    """
    parts = _parts(short(text))
    found = _CONVENTIONS[form].fullmatch(parts.body)
    if not found:
        raise ValueError("The text is no number of this format.")
    whole, part = found["whole"].translate(_SEPARATORS), found["part"] or ""
    if (not whole and not part) or len(whole) + len(part) > MOST_DIGITS:
        raise ValueError("The text has no digits, or too many of them.")
    number = Decimal(f"{whole or 0}.{part}" if part else whole)
    number *= _UNITS.get(parts.unit, 1)
    return -number if parts.is_negative else number


def _parts(text: str) -> _Parts:
    found = _SIGNED.fullmatch(text)
    sign = found["sign"] + found["end"] if found else None
    if not found or sign not in _NEGATIVE or is_code(text):
        raise ValueError("The text is no number.")
    return _Parts(_NEGATIVE[sign], found["body"], found["unit"])


def infer_numbers(samples: Iterable[str]) -> Guess[NumberFormat]:
    """The decimal convention of a column; two of them where `1,234` can be either.

    A single code says that none of the column is a number.
    """
    return infer_convention(list(samples), read_number)


def infer_convention(
    samples: list[str], read: Callable[[str, NumberFormat], object]
) -> Guess[NumberFormat]:
    """The convention in which `read` reads a column."""
    if any(map(is_code, samples)):
        return Guess((), 0.0)
    return guess(samples, _likely(samples), read)


def _likely(samples: list[str]) -> tuple[NumberFormat, ...]:
    """Digits alone promise no separators; any other column may have them further down."""
    if all(_BARE.fullmatch(plain(text)) for text in samples if text.strip()):
        return (NumberFormat.PLAIN,)
    return _GROUPED
