"""Amounts with the signs and codes of their currencies."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from core.choices import Currency
from core.values_in_files.guesses import Guess
from core.values_in_files.numbers import NumberFormat, infer_convention, read_number
from core.values_in_files.plain import short

# The likeliest first; the usual currency of the caller goes before them.
_DOLLARS = ("USD", "AUD", "BRL", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD")
_NAMES: dict[str, tuple[str, ...]] = {
    **{code: (code,) for code in Currency.values},
    **dict.fromkeys(("RMB", "CN¥", "人民币", "元", "圆"), ("CNY",)),
    **dict.fromkeys(("JP¥", "円", "日元"), ("JPY",)),
    **dict.fromkeys(("€", "EURO", "EUROS", "欧元"), ("EUR",)),
    **dict.fromkeys(("US$", "美元"), ("USD",)),
    **dict.fromkeys(("HK$", "港元", "港币"), ("HKD",)),
    **dict.fromkeys(("SFR.", "SFR", "FR."), ("CHF",)),
    "¥": ("CNY", "JPY"),
    "$": _DOLLARS,
    "KR": ("SEK", "NOK", "DKK"),
    "KR.": ("DKK", "SEK", "NOK"),
    "£": ("GBP",),
    "A$": ("AUD",),
    "CA$": ("CAD",),
    "C$": ("CAD",),
    "FT": ("HUF",),
    "KČ": ("CZK",),
    "MX$": ("MXN",),
    "NT$": ("TWD",),
    "NZ$": ("NZD",),
    "R$": ("BRL",),
    "S$": ("SGD",),
    "RM": ("MYR",),
    "RP": ("IDR",),
    "RS.": ("INR",),
    "ZŁ": ("PLN",),
    "₩": ("KRW",),
    "원": ("KRW",),
    "₪": ("ILS",),
    "₫": ("VND",),
    "₱": ("PHP",),
    "₹": ("INR",),
    "₺": ("TRY",),
    "฿": ("THB",),
}
_NAME = "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?P<sign>[-+(]?) *(?P<before>{_NAME}|) *(?P<number>[^A-Z€$¥]*?) *(?P<after>{_NAME}|)"
    r" *(?P<end>[-)]?)"
)
_NO_CENTS = re.compile(r"(?<=[0-9])[.,]-+(?=$|[^0-9])")  # CHF 200.–


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and the code of its currency (ISO 4217)."""

    amount: Decimal
    currency: str


def names_a_currency(text: str) -> bool:
    """Whether the text is an amount with a sign or a code of a currency."""
    try:
        _number, named = _taken_apart(text)
    except ValueError:
        return False
    return named is not None


def read_money(text: str, form: NumberFormat, usual: str) -> Money:
    """The amount that a text writes in a convention; ValueError where it writes none.

    `usual` is the currency of amounts without one, and of signs that several currencies share
    (`$`, `¥`) where it is one of them.

    >>> read_money("€ 1.234,50", NumberFormat.CONTINENTAL, "USD")
    Money(amount=Decimal('1234.50'), currency='EUR')
    """
    number, named = _taken_apart(text)
    possible = (usual,) if named is None else named
    return Money(read_number(number, form), usual if usual in possible else possible[0])


def infer_money(samples: Iterable[str]) -> Guess[NumberFormat]:
    """The decimal convention of a column of amounts."""
    return infer_convention(list(samples), _number_in)


def _number_in(text: str, form: NumberFormat) -> Decimal:
    return read_number(_taken_apart(text)[0], form)


def _taken_apart(text: str) -> tuple[str, tuple[str, ...] | None]:
    """What is left without the names of the currency, and the currencies that they can mean."""
    found = _AMOUNT.fullmatch(_NO_CENTS.sub("", short(text).upper()))
    if not found:
        raise ValueError("The text is no amount.")
    number = found["sign"] + found["number"] + found["end"]
    names = [_NAMES[name] for name in (found["before"], found["after"]) if name]
    if not names:
        return number, None
    # "$5 CAD": what both names allow.
    common = tuple(code for code in names[0] if code in names[-1])
    if not common:
        raise ValueError("The text names two currencies.")
    return number, common
