"""What a raw column can be used as: a number, a category, a yes/no, or nothing."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.methods.cells import MISSING, Column, FloatArray, as_numbers, level_keys, truth_keys

__all__ = ["Feature", "Guess", "guess_feature"]

Kind = Literal["numeric", "category", "boolean"]
UnusableReason = Literal[
    "empty", "constant", "date", "identifier", "free_text", "too_many_levels", ""
]

MONTH = r"(?:jan|ene|feb|fev|fév|mar|mär|mrz|apr|abr|avr|may|mai|jun|jui|jul|aug|ago|aoû|sep|oct|okt|out|nov|dec|dez|dic|déc)"
DATE = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}"
    r"|\d{1,2}([-/.]) ?\d{1,2}\1 ?(?:\d{4}|\d{2})(?!\d)"
    rf"|(?:[^\W\d]+, )?\d{{1,2}}\.?[ -]{MONTH}[^\W\d]*\.?,?[ -]\d{{2,4}}"
    rf"|(?:[^\W\d]+, )?{MONTH}[^\W\d]*\.? \d{{1,2}},? \d{{4}}"
)
NUMERIC_SHARE = 0.98
FEW_VALUES = 5
IDENTIFIER_SHARE = 0.9
FREQUENT_ROWS = 20
TEXT_LENGTH = 40.0


@dataclass(frozen=True)
class Feature:
    """A column a model may use.

    Parameters
    ----------
    name : str
        Column name in the frame; for custom fields the stable key, not the label.
    kind : {"numeric", "category", "boolean"}
        How its cells are read.

    Examples
    --------
    >>> Feature("source", "category")
    Feature(name='source', kind='category')
    """

    name: str
    kind: Kind


@dataclass(frozen=True)
class Guess:
    """What `guess_feature` thinks of a column.

    Parameters
    ----------
    name : str
        The column's name.
    kind : {"numeric", "category", "boolean"} or None
        None where the column cannot be used.
    reason : str
        Why not: ``empty``, ``constant``, ``date`` (turn it into days first), ``identifier``,
        ``free_text`` or ``too_many_levels``; blank where it can be used.
    levels : int
        Number of distinct cells that are not missing.

    Examples
    --------
    >>> Guess("note", None, "free_text", 8).feature is None
    True
    """

    name: str
    kind: Kind | None
    reason: UnusableReason
    levels: int

    @property
    def feature(self) -> Feature | None:
        """The feature to use, None where the column cannot be used."""
        return Feature(self.name, self.kind) if self.kind else None


def guess_feature(values: Column, missing_values: Collection[str] = ()) -> Guess:
    """Guess from its cells what a raw column can be used as.

    Parameters
    ----------
    values : Series, shape (n,)
        Raw cells; the series' name becomes the feature's.
    missing_values : collection of str
        Words that mean "not answered", such as the ``Select`` of an untouched drop-down.

    Returns
    -------
    Guess
        ``numeric`` where at least 98 % of the answers are numbers and there are more than five
        distinct ones; ``boolean`` for yes and no in English or Chinese; ``category`` where at
        least half of the answers fall on levels that occur often (20 times, or less in a short
        column); otherwise nothing, with the reason.

    Examples
    --------
    >>> guess_feature(pd.Series(["3", "14", "15", "92", "65", "35", "35"], name="visits")).kind
    'numeric'
    >>> guess_feature(pd.Series(["是", "否", "", "是"], name="opted_in")).kind
    'boolean'
    >>> guess_feature(pd.Series([f"note no. {i}" for i in range(99)], name="note")).reason
    'identifier'
    """
    name = str(values.name)
    codes, raw_keys, _ = level_keys(values, missing_values)
    answered = np.array([key != MISSING for key in raw_keys], dtype=bool)
    counts = (
        pd.Series(np.bincount(codes, minlength=len(raw_keys)))
        .loc[answered]
        .groupby(np.array(raw_keys, dtype=object)[answered])
        .sum()
    )
    keys = [str(key) for key in counts.index]
    if len(keys) < 2:
        return Guess(name, None, "constant" if keys else "empty", len(keys))
    sizes = counts.to_numpy(dtype=np.float64)
    kind, reason = _kind_of(values, keys, sizes)
    return Guess(name, kind, reason, len(keys))


def _kind_of(
    values: Column, keys: list[str], sizes: FloatArray
) -> tuple[Kind | None, UnusableReason]:
    if set(truth_keys(keys)) <= {"true", "false"}:
        return "boolean", ""
    if _is_date(values, keys, sizes):
        return None, "date"
    numbers = as_numbers(pd.Series(keys, dtype=object))
    is_number = ~np.isnan(numbers)
    if sizes[is_number].sum() >= NUMERIC_SHARE * sizes.sum() and len(keys) > FEW_VALUES:
        whole = bool(np.all(numbers[is_number] % 1 == 0))
        if whole and len(keys) >= 100 and len(keys) > NUMERIC_SHARE * sizes.sum():
            return None, "identifier"
        return "numeric", ""
    return _kind_of_text(keys, sizes)


def _kind_of_text(keys: list[str], sizes: FloatArray) -> tuple[Kind | None, UnusableReason]:
    frequent = max(2.0, min(FREQUENT_ROWS, sizes.sum() // 50))
    if len(keys) <= FEW_VALUES or sizes[sizes >= frequent].sum() >= sizes.sum() / 2:
        return "category", ""
    lengths = np.array([len(key) for key in keys])
    if float(lengths @ sizes) / sizes.sum() >= TEXT_LENGTH:
        return None, "free_text"
    if len(keys) > IDENTIFIER_SHARE * sizes.sum():
        return None, "identifier"
    return None, "too_many_levels"


def _is_date(values: Column, keys: list[str], sizes: FloatArray) -> bool:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return True
    dated = np.array([DATE.match(key) is not None for key in keys], dtype=bool)
    return bool(sizes[dated].sum() >= NUMERIC_SHARE * sizes.sum())
