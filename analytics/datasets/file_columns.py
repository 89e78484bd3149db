"""What the columns of a file say, in a form that methods read: plain numbers, outcomes, an order in time."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext_noop

from analytics.methods.answers import comparable, outcome_of
from analytics.methods.cells import as_numbers, level_keys
from core.errors import Refused
from core.values_in_files.moments import are_compact, seconds_in, writing_of
from core.values_in_files.money import infer_money, read_money
from core.values_in_files.numbers import NumberFormat, infer_numbers, read_number
from core.values_in_files.placeholders import placeholders_in

NUMBERS_SHARE = 0.98  # of a column of numbers; what is no number in it counts as missing
LOOKED_AT = 2_000  # distinct values that tell how a column is written
SHOWN = 5  # values in a sentence
LONGEST = 40  # characters of a value in a sentence
ANY_CURRENCY = "XXX"
DECIMAL_COMMA = frozenset({NumberFormat.CONTINENTAL, NumberFormat.SPACED})
GROUPING_COMMA = frozenset({NumberFormat.ENGLISH, NumberFormat.INDIAN})

NO_OUTCOME = gettext_noop(
    "“%(name)s” has to say yes or no (1 or 0) for each row; it says %(values)s."
)
NO_TIME = gettext_noop("“%(name)s” holds neither numbers nor dates to order the rows by.")


@dataclass(frozen=True)
class _Writing:
    """How a column writes nothing, and numbers that programs cannot read as they are."""

    nothing: frozenset[str]
    formats: tuple[NumberFormat, ...]
    read: Callable[[str, NumberFormat], Decimal]


def plain_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with numbers as programs write them, and without words that stand for nothing.

    Where `1,234` could be either, the other columns tell whether commas begin decimals.
    """
    writings = {name: _writing(frame[name]) for name in frame.columns}
    sure = {each.formats[0] for each in writings.values() if len(each.formats) == 1}
    has_comma = bool(sure & DECIMAL_COMMA) and not sure & GROUPING_COMMA
    plain = {name: _plain(frame[name], each, has_comma) for name, each in writings.items()}
    return pd.DataFrame(plain, index=frame.index, columns=frame.columns)


def _writing(cells: "pd.Series[Any]") -> _Writing:
    distinct = [text for text in pd.unique(cells) if text.strip()]
    nothing = frozenset(placeholders_in(distinct))
    values = [text for text in distinct if text.strip() not in nothing][:LOOKED_AT]
    if values and not all(map(_is_plain, values)):
        for guess, read in ((infer_numbers(values), read_number), (infer_money(values), _amount)):
            if guess.share >= NUMBERS_SHARE:
                return _Writing(nothing, guess.formats, read)
    return _Writing(nothing, (), read_number)


def _plain(cells: "pd.Series[Any]", writing: _Writing, has_comma: bool) -> "pd.Series[Any]":
    with_comma = [form for form in writing.formats if form in DECIMAL_COMMA]
    form = with_comma[0] if has_comma and with_comma else next(iter(writing.formats), None)
    plain = {text: _plain_text(text, writing, form) for text in pd.unique(cells)}
    return cells.map(plain)


def _plain_text(text: str, writing: _Writing, form: NumberFormat | None) -> str:
    if text.strip() in writing.nothing:
        return ""
    if form is None:
        return text
    try:
        return format(writing.read(text, form), "f")
    except ValueError:
        return text


def _amount(text: str, form: NumberFormat) -> Decimal:
    return read_money(text, form, ANY_CURRENCY).amount


def _is_plain(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def outcomes_in(
    cells: "pd.Series[Any]",
    *,
    positive: Collection[str] = (),
    negative: Collection[str] = (),
    missing_values: Collection[str] = (),
) -> "pd.Series[float]":
    """1 and 0, NaN where nothing stands that counts.

    Without values that count as converted, the words for yes and no, won and lost are known. With
    them, every other value counts as not converted, unless those are named as well.

    Raises
    ------
    Refused
        Where something is neither.
    """
    codes, keys, labels = level_keys(cells, missing_values)
    if positive:
        found = _told(keys, positive, negative)
    else:
        found = [outcome_of(key) for key in keys]
        odd = {
            label
            for key, label, each in zip(keys, labels, found, strict=True)
            if key and each is None
        }
        if odd:
            raise Refused.by_msgid(NO_OUTCOME, name=str(cells.name), values=_listed(odd))
    values = np.array([np.nan if each is None else float(each) for each in found])
    return pd.Series(values[codes], index=cells.index)


def _told(
    keys: list[str], positive: Collection[str], negative: Collection[str]
) -> list[bool | None]:
    won, lost = set(map(comparable, positive)), set(map(comparable, negative))
    return [
        None if not key else True if key in won else False if not lost or key in lost else None
        for key in keys
    ]


def _listed(values: Collection[str]) -> str:
    return ", ".join(value[:LONGEST] for value in sorted(values)[:SHOWN])


def order_in(cells: "pd.Series[Any]", missing_values: Collection[str] = ()) -> "pd.Series[float]":
    """Numbers as they are, dates as seconds; NaN where neither stands.

    Raises
    ------
    Refused
        Where the column is neither.
    """
    return moments_in(cells, missing_values)[0]


def moments_in(
    cells: "pd.Series[Any]", missing_values: Collection[str] = ()
) -> tuple["pd.Series[float]", bool]:
    """As `order_in`, and whether they are dates; `2024-05` is the first of May, `20240502` a day.

    Raises
    ------
    Refused
        Where the column is neither.
    """
    codes, keys, labels = level_keys(cells, missing_values)
    answered = np.array([bool(key) for key in keys], dtype=bool)[codes]
    texts = [label for key, label in zip(keys, labels, strict=True) if key]
    is_compact = are_compact(texts)
    numbers = pd.Series(as_numbers(cells, missing_values), index=cells.index)
    if answered.any() and numbers[answered].notna().mean() >= NUMBERS_SHARE and not is_compact:
        return numbers, False
    form = writing_of(texts)
    if form is None:
        raise Refused.by_msgid(NO_TIME, name=str(cells.name))
    seconds = [
        seconds_in(label, form) if key else np.nan for key, label in zip(keys, labels, strict=True)
    ]
    return pd.Series(np.array(seconds, dtype=np.float64)[codes], index=cells.index), True
