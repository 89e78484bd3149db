"""Forecasts of parts and of wholes that add up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["Hierarchy", "reconcile"]

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
