"""Beginnings of series side by side, as the recursions of the candidates read them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["Prefixes"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Prefixes:
    """Beginnings of series in columns, each divided by its mean absolute value.

    Parameters
    ----------
    values : ndarray, shape (t, p)
        Scaled values; 0 after the end of each.
    lengths : ndarray of int, shape (p,)
        How many values each has.
    scales : ndarray, shape (p,)
        What each was divided by; 1 for a series of zeros.
    season : int
        Steps in a season, 1 without one.
    horizon : int
        Steps to forecast.

    Examples
    --------
    >>> Prefixes.of([[2.0, 4.0], [1.0, 1.0, 1.0]], season=1, horizon=2).values.round(2).tolist()
    [[0.67, 1.0], [1.33, 1.0], [0.0, 1.0]]
    """

    values: FloatArray
    lengths: IntArray
    scales: FloatArray
    season: int
    horizon: int

    @classmethod
    def of(cls, series: Sequence[npt.ArrayLike], season: int, horizon: int) -> "Prefixes":
        """Lay series side by side.

        Parameters
        ----------
        series : sequence of array_like
            Finite values, the oldest first; at least one each.
        season, horizon : int
            At least 1.

        Returns
        -------
        Prefixes

        Raises
        ------
        InsufficientData
            ``empty``.
        InvalidData
            ``bad_parameter``, ``not_finite``.
        """
        if season < 1 or horizon < 1:
            raise InvalidData("bad_parameter", "season and horizon must be at least 1")
        rows = [np.asarray(one, dtype=np.float64) for one in series]
        if not rows or not all(row.size for row in rows):
            raise InsufficientData("empty", needed=1, found=0)
        if not all(np.isfinite(row).all() for row in rows):
            raise InvalidData("not_finite", "values must be finite")
        lengths = np.array([len(row) for row in rows])
        scales = np.array([float(np.abs(row).mean()) or 1.0 for row in rows])
        values = np.zeros((int(lengths.max()), len(rows)))
        for number, row in enumerate(rows):
            values[: len(row), number] = row / scales[number]
        return cls(values, lengths, scales, season, horizon)

    def __len__(self) -> int:
        return len(self.lengths)

    def column(self, number: int) -> FloatArray:
        """One of them, scaled."""
        found: FloatArray = self.values[: self.lengths[number], number]
        return found

    @property
    def has_seasons(self) -> npt.NDArray[np.bool_]:
        """Which are long enough for seasonal states: two seasons and two steps."""
        found: npt.NDArray[np.bool_] = (self.season > 1) & (self.lengths >= 2 * self.season + 2)
        return found

    @property
    def is_positive(self) -> npt.NDArray[np.bool_]:
        """Which hold positive values only, as multiplicative forms need."""
        return np.array([bool(self.column(one).min() > 0) for one in range(len(self))], dtype=bool)
