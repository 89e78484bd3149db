"""Raw cells, as imports and custom fields deliver them, read into numbers and level keys."""

import math
from collections.abc import Callable, Collection
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.answers import FALSE_WORDS, TRUE_WORDS, comparable

__all__ = ["as_numbers", "level_keys", "truth_keys"]

FloatArray = npt.NDArray[np.float64]
Column: TypeAlias = "pd.Series[Any]"
Ids: TypeAlias = "pd.Index[Any]"
ObjectArray = npt.NDArray[np.object_]

MISSING = ""


def level_keys(
    values: Column, missing_values: Collection[str] = ()
) -> tuple[npt.NDArray[np.intp], list[str], list[str]]:
    """Number the distinct cells of a column and give each a comparable key.

    Two spellings that differ only in case, width (full or half) or surrounding blanks get the same
    key: ``Google`` and ``google `` are one source.

    Parameters
    ----------
    values : Series, shape (n,)
        Raw cells of any type.
    missing_values : collection of str
        Words that mean "not answered", compared as keys. ``None``, NaN and blanks always do.

    Returns
    -------
    codes : ndarray of int, shape (n,)
        Position of each cell in ``keys``.
    keys : list of str, length u
        Key of each distinct cell, ``""`` where missing. Not necessarily distinct.
    labels : list of str, length u
        The same as a person would read it.

    Examples
    --------
    >>> codes, keys, labels = level_keys(pd.Series(["Google", "google ", None, "-"]), ["-"])
    >>> [keys[code] for code in codes]
    ['google', 'google', '', '']
    >>> labels[0]
    'Google'
    """
    cells = values.to_numpy(dtype=object)
    try:
        codes, found = pd.factorize(cells, use_na_sentinel=False)
    except TypeError:  # lists (several choices) cannot be hashed
        codes, found = pd.factorize(_hashable(cells), use_na_sentinel=False)
    labels = [_label(cell) for cell in found]
    absent = {comparable(word) for word in missing_values} | {MISSING}
    keys = [comparable(label) for label in labels]
    return codes, [MISSING if key in absent else key for key in keys], labels


def truth_keys(keys: list[str]) -> list[str]:
    """Fold the many words for yes and no into ``"true"`` and ``"false"``.

    Parameters
    ----------
    keys : list of str
        Keys from `level_keys`.

    Returns
    -------
    list of str
        ``"true"``, ``"false"``, ``""`` where missing, and other keys unchanged.

    Examples
    --------
    >>> truth_keys(["yes", "否", "", "maybe"])
    ['true', 'false', '', 'maybe']
    """
    words = dict.fromkeys(TRUE_WORDS, "true") | dict.fromkeys(FALSE_WORDS, "false")
    return [words.get(key, key) for key in keys]


def as_numbers(values: Column, missing_values: Collection[str] = ()) -> FloatArray:
    """Read a column as numbers; what is no finite number becomes NaN.

    Parameters
    ----------
    values : Series, shape (n,)
        Numbers or their text, also with thousands separators, a percent sign (``"12%"`` is 12, not
        0.12) or in full width.
    missing_values : collection of str
        Words that mean "not answered", e.g. a coded ``"-1"``.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where missing, unreadable or infinite.

    Examples
    --------
    >>> as_numbers(pd.Series(["1,200", "３", "n/a", None, 4.5])).tolist()
    [1200.0, 3.0, nan, nan, 4.5]
    """
    if pd.api.types.is_numeric_dtype(values.dtype) and not missing_values:
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan).copy()
    else:
        codes, keys, _ = level_keys(values, missing_values)
        numbers = _by_level(_number, keys)[codes]
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _by_level(read: Callable[[str], float], keys: list[str]) -> FloatArray:
    return np.fromiter((read(key) for key in keys), dtype=np.float64, count=len(keys))


def _number(key: str) -> float:
    try:
        return float(key)
    except ValueError:
        pass
    try:
        return float(key.replace(",", "").removesuffix("%"))
    except ValueError:
        return math.nan


def _hashable(cells: ObjectArray) -> ObjectArray:
    return np.array([_label(cell) for cell in cells], dtype=object)


def _label(cell: object) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, (list, tuple, set, frozenset, np.ndarray)):
        return " | ".join(sorted(_label(part) for part in cell))
    if isinstance(cell, dict):
        return str(sorted((str(key), _label(value)) for key, value in cell.items()))
    if _is_absent(cell):
        return MISSING
    # True, 1 and 1.0 are one key to Python's hashing, so they must be one level here as well,
    # or the answer would hang on which of them comes first.
    if isinstance(cell, (bool, np.bool_)):
        return str(int(cell))
    if isinstance(cell, (float, np.floating)) and float(cell).is_integer():
        return str(int(cell))
    return str(cell).strip()


def _is_absent(cell: object) -> bool:
    return (
        cell is None or cell is pd.NA or cell is pd.NaT or cell != cell
    )  # NaN alone differs from itself
