"""A series as a forecast needs it: one finite value a period, without gaps."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["CleanSeries", "clean_series"]

FloatArray = npt.NDArray[np.float64]

LEAST_KNOWN = 0.5  # of the periods; below, values are too scattered for a series


@dataclass(frozen=True)
class CleanSeries:
    """One value a period, and what had to be done for it.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite, the oldest first.
    first, last : int
        Numbers of the first and of the last period.
    filled : int
        Periods without a value, which lie on the line between their neighbours.
    merged : int
        Values more than one of a period, which count with their mean.
    ignored : int
        Values that are missing or infinite.

    Examples
    --------
    >>> clean_series([1, 2, 4], [5.0, 6.0, 8.0]).values.tolist()
    [5.0, 6.0, 7.0, 8.0]
    """

    values: FloatArray
    first: int
    last: int
    filled: int
    merged: int
    ignored: int


def clean_series(periods: npt.ArrayLike, values: npt.ArrayLike) -> CleanSeries:
    """Sort, merge and fill.

    Parameters
    ----------
    periods : array_like of int, shape (n,)
        Number of each value's period, in any order; see `number_periods`.
    values : array_like, shape (n,)
        NaN and infinity count as missing. Nothing is done to values that are merely odd: negative
        ones and outliers stay.

    Returns
    -------
    CleanSeries
        From the first to the last period that has a value.

    Raises
    ------
    InsufficientData
        ``empty`` if no value is finite.
    InvalidData
        ``unequal_lengths``; ``uneven_times`` if more than half of the periods have no value.

    Examples
    --------
    >>> found = clean_series([3, 1, 2, 2], [9.0, 1.0, 4.0, 6.0])
    >>> found.values.tolist(), found.merged
    ([1.0, 5.0, 9.0], 1)
    """
    at, y = np.asarray(periods, dtype=np.int64), np.asarray(values, dtype=np.float64)
    if at.shape != y.shape:
        raise InvalidData("unequal_lengths", f"{len(y)} values for {len(at)} periods")
    is_finite = np.isfinite(y)
    at, y = at[is_finite], y[is_finite]
    if not y.size:
        raise InsufficientData("empty", needed=1, found=0)
    order = np.lexsort((y, at))  # sums do not hang on the order of the rows
    known, place = np.unique(at[order], return_inverse=True)
    means = np.bincount(place, y[order]) / np.bincount(place)
    first, last = int(known[0]), int(known[-1])
    length = last - first + 1
    if len(known) < LEAST_KNOWN * length:
        raise InvalidData("uneven_times", f"{len(known)} of {length} periods have a value")
    filled = np.interp(np.arange(first, last + 1), known, means)
    return CleanSeries(
        values=filled,
        first=first,
        last=last,
        filled=length - len(known),
        merged=len(y) - len(known),
        ignored=int((~is_finite).sum()),
    )
