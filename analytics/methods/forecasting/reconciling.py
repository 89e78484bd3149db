"""Forecasts of parts and of wholes that add up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["Hierarchy", "parts_of_total", "reconcile"]

FloatArray = npt.NDArray[np.float64]

TOTAL = "total"
PART = "part"


@dataclass(frozen=True)
class Hierarchy:
    """Which parts each row is the sum of.

    Parameters
    ----------
    names : sequence of (str, object)
        What each row stands for: the total, a level of a column, a part.
    sums : ndarray of {0.0, 1.0}, shape (rows, parts)
        Which parts belong to a row; the last rows are the parts themselves.

    Examples
    --------
    >>> parts = pd.DataFrame({"team": ["north", "north", "south"]}, index=["Li", "Ada", "Wu"])
    >>> Hierarchy.of(parts).names[:3]
    (('total', ''), ('team', 'north'), ('team', 'south'))
    """

    names: tuple[tuple[str, object], ...]
    sums: FloatArray

    @classmethod
    def of(cls, parts: pd.DataFrame) -> "Hierarchy":
        """The total, a row for each level of each column, and the parts.

        Parameters
        ----------
        parts : DataFrame, shape (parts, columns)
            Levels of each part, by its name; a missing level is one of its own.

        Returns
        -------
        Hierarchy

        Raises
        ------
        InsufficientData
            ``empty``.
        InvalidData
            ``duplicate_ids``.
        """
        if not len(parts):
            raise InsufficientData("empty", needed=1, found=0)
        if not parts.index.is_unique:
            raise InvalidData("duplicate_ids", "a part is named twice")
        names: list[tuple[str, object]] = [(TOTAL, "")]
        rows = [np.ones(len(parts))]
        for column in parts.columns:
            texts = parts[column].fillna("").astype(str)
            for level in sorted(texts.unique()):
                names.append((str(column), level))
                rows.append((texts == level).to_numpy(dtype=np.float64))
        names += [(PART, name) for name in parts.index]
        return cls(tuple(names), np.vstack([*rows, np.eye(len(parts))]))


def reconcile(
    sums: FloatArray, forecasts: npt.ArrayLike, spreads: Sequence[float] | FloatArray
) -> FloatArray:
    """The forecasts nearest to those given that add up, each moved as much as it is uncertain.

    Parameters
    ----------
    sums : ndarray, shape (rows, parts)
        Of a `Hierarchy`.
    forecasts : array_like, shape (rows, h)
        Of each row by itself.
    spreads : sequence of float, shape (rows,)
        Size of the errors of each row in its backtest; a row of 0 moves the least.

    Returns
    -------
    ndarray, shape (rows, h)
        Every row is the sum of its parts. Where no forecast given was negative, none is.

    Raises
    ------
    InvalidData
        ``unequal_lengths``, ``not_finite``, ``out_of_bounds`` for a negative spread.

    References
    ----------
    S. L. Wickramasuriya, G. Athanasopoulos, R. J. Hyndman (2019), "Optimal forecast reconciliation for
    hierarchical and grouped time series through trace minimization", JASA 114, 804–819 (weights by
    variance).

    Examples
    --------
    >>> sums = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    >>> reconcile(sums, [[12.0], [4.0], [5.0]], [1.0, 1.0, 1.0]).round(6).ravel().tolist()
    [11.0, 5.0, 6.0]
    """
    said, spread = np.asarray(forecasts, dtype=np.float64), np.asarray(spreads, dtype=np.float64)
    if said.shape[:1] != sums.shape[:1] or spread.shape != sums.shape[:1]:
        raise InvalidData("unequal_lengths", "a forecast and a spread for each row are needed")
    if not (np.isfinite(said).all() and np.isfinite(spread).all()):
        raise InvalidData("not_finite", "forecasts and spreads must be finite")
    if (spread < 0).any():
        raise InvalidData("out_of_bounds", "a spread is never negative")
    largest = float(spread.max()) or 1.0
    weights = 1 / np.maximum(spread / largest, 1e-4)
    solved = np.linalg.lstsq(sums * weights[:, None], said * weights[:, None], rcond=None)[0]
    parts = np.maximum(solved, 0.0) if (said >= 0).all() else solved
    found: FloatArray = sums @ parts
    return found


def parts_of_total(
    total: npt.ArrayLike, parts: npt.ArrayLike, spreads: Sequence[float] | FloatArray
) -> FloatArray:
    """The forecasts of parts nearest to those given that add up to a total which stays.

    For totals that are shown together with their backtest: what was tested is not moved.

    Parameters
    ----------
    total : array_like, shape (h,)
        Forecast of the whole.
    parts : array_like, shape (k, h)
        Of each part by itself.
    spreads : sequence of float, shape (k,)
        Size of the errors of each part; a part of 0 moves the least.

    Returns
    -------
    ndarray, shape (k, h)
        Each part is moved in proportion to its variance. Where nothing given is negative, no part
        becomes so: what a part at 0 cannot give, the others do.

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``unequal_lengths``, ``not_finite``, ``out_of_bounds`` for a negative spread.

    References
    ----------
    G. Athanasopoulos, R. A. Ahmed, R. J. Hyndman (2009), "Hierarchical forecasts for Australian domestic
    tourism", International Journal of Forecasting 25, 146–166 (top-down by forecasts).

    Examples
    --------
    >>> parts_of_total([12.0], [[4.0], [5.0]], [1.0, 2.0]).round(6).ravel().tolist()
    [4.6, 7.4]
    >>> parts_of_total([6.0], [[1.0], [9.0]], [2.0, 1.0]).round(6).ravel().tolist()
    [0.0, 6.0]
    """
    whole, said = np.asarray(total, dtype=np.float64), np.asarray(parts, dtype=np.float64)
    spread = np.asarray(spreads, dtype=np.float64)
    if not said.size:
        raise InsufficientData("empty", needed=1, found=0)
    if said.shape != (len(spread), *whole.shape):
        raise InvalidData("unequal_lengths", "a forecast and a spread for each part are needed")
    if not (np.isfinite(said).all() and np.isfinite(spread).all() and np.isfinite(whole).all()):
        raise InvalidData("not_finite", "forecasts and spreads must be finite")
    if (spread < 0).any():
        raise InvalidData("out_of_bounds", "a spread is never negative")
    largest = float(spread.max()) or 1.0
    variance = np.maximum(spread / largest, 1e-4) ** 2
    if (said >= 0).all() and (whole >= 0).all():
        columns = [_water(said[:, step], variance, whole[step]) for step in range(len(whole))]
        return np.stack(columns, axis=1)
    found: FloatArray = said + np.outer(variance / variance.sum(), whole - said.sum(axis=0))
    return found


def _water(said: FloatArray, variance: FloatArray, total: float) -> FloatArray:
    """max(0, said + level × variance) with the level at which the sum is the total."""
    drained = -said / variance  # the level below which a part is 0
    order = np.argsort(drained)
    sums, weights = np.cumsum(said[order]), np.cumsum(variance[order])
    levels = (total - sums) / weights
    count = int((levels > drained[order]).sum()) or 1
    found: FloatArray = np.maximum(0.0, said + levels[count - 1] * variance)
    return found
