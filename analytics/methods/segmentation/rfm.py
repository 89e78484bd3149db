"""Cells by recency, frequency and value, each in fifths of the customers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["RfmScale", "fit_rfm", "rfm_cells"]

FloatArray = npt.NDArray[np.float64]

FIFTHS = 5
# By the fifth of recency and the mean of the other two; the first that holds names the cell.
NAMES: tuple[tuple[str, range, range], ...] = (
    ("champions", range(4, 6), range(4, 6)),
    ("loyal", range(3, 6), range(3, 6)),
    ("new", range(5, 6), range(1, 2)),
    ("promising", range(4, 6), range(1, 3)),
    ("need_attention", range(3, 4), range(1, 3)),
    ("cannot_lose", range(1, 2), range(5, 6)),
    ("at_risk", range(1, 3), range(3, 6)),
    ("hibernating", range(2, 3), range(1, 3)),
    ("lost", range(1, 2), range(1, 3)),
)


def rfm_cells(since: npt.ArrayLike, frequency: npt.ArrayLike, value: npt.ArrayLike) -> pd.DataFrame:
    """Put each customer into a fifth of recency, frequency and value, and name the cell.

    Parameters
    ----------
    since : array_like, shape (n,)
        Time since the last purchase; the shortest is the best fifth.
    frequency : array_like, shape (n,)
        Purchases.
    value : array_like, shape (n,)
        What they came to.

    Returns
    -------
    pandas.DataFrame
        ``recency``, ``frequency``, ``value`` (1 to 5, 5 the best) and ``cell``: champions, loyal,
        new, promising, need_attention, cannot_lose, at_risk, hibernating, lost. Equal numbers
        share a fifth, so fifths need not be equal in size.

    Raises
    ------
    InvalidData
        ``unequal_lengths``, ``not_finite``.

    References
    ----------
    A. M. Hughes (1994), "Strategic Database Marketing".

    Examples
    --------
    >>> found = rfm_cells([1, 2, 3, 4, 5], [9, 7, 5, 3, 1], [90, 70, 50, 30, 10])
    >>> found["cell"].tolist()
    ['champions', 'champions', 'loyal', 'hibernating', 'lost']
    """
    columns = _checked(since, frequency, value)
    return fit_rfm(*columns).cells(*columns) if len(columns[0]) else _table(columns)


@dataclass(frozen=True)
class RfmScale:
    """Where the fifths of recency, frequency and value end, to put single customers into cells.

    Parameters
    ----------
    recency, frequency, value : ndarray, shape (4,)
        The largest number of the first four fifths, from the smallest on; minus infinity where a
        fifth is empty before any.

    Examples
    --------
    >>> scale = fit_rfm([1, 2, 3, 4, 5], [9, 7, 5, 3, 1], [90, 70, 50, 30, 10])
    >>> scale.cells([1], [7], [75])["cell"].tolist()
    ['champions']
    """

    recency: FloatArray
    frequency: FloatArray
    value: FloatArray

    def cells(
        self, since: npt.ArrayLike, frequency: npt.ArrayLike, value: npt.ArrayLike
    ) -> pd.DataFrame:
        """The table of `rfm_cells`, with the fifths of those whom the scale was made of."""
        columns = _checked(since, frequency, value)
        ends = (self.recency, self.frequency, self.value)
        fifths = [np.searchsorted(end, each) + 1 for end, each in zip(ends, columns, strict=True)]
        return _table([FIFTHS + 1 - fifths[0], fifths[1], fifths[2]])

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; an end before any number is None."""
        return {
            name: [float(end) if np.isfinite(end) else None for end in getattr(self, name)]
            for name in ("recency", "frequency", "value")
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "RfmScale":
        """From its plain JSON form."""
        told = (
            [-np.inf if end is None else end for end in stored[name]]
            for name in ("recency", "frequency", "value")
        )
        return cls(*(np.array(ends, dtype=np.float64) for ends in told))


def fit_rfm(since: npt.ArrayLike, frequency: npt.ArrayLike, value: npt.ArrayLike) -> RfmScale:
    """Find where the fifths end.

    Parameters
    ----------
    since, frequency, value : array_like, shape (n,)
        Of all customers, as `rfm_cells` takes them.

    Returns
    -------
    RfmScale
        Its cells for these customers are those of `rfm_cells`.

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``unequal_lengths``, ``not_finite``.

    References
    ----------
    A. M. Hughes (1994), "Strategic Database Marketing".

    Examples
    --------
    >>> fit_rfm([1, 2, 3, 4, 5], [9, 7, 5, 3, 1], [90, 70, 50, 30, 10]).value.tolist()
    [10.0, 30.0, 50.0, 70.0]
    """
    columns = _checked(since, frequency, value)
    if not len(columns[0]):
        raise InsufficientData("empty", needed=1, found=0)
    return RfmScale(*(_ends(column) for column in columns))


def _checked(*given: npt.ArrayLike) -> list[FloatArray]:
    columns = [np.asarray(each, dtype=np.float64) for each in given]
    if len({column.shape for column in columns}) > 1:
        raise InvalidData("unequal_lengths", "one number a customer is needed in each column")
    if not all(np.isfinite(column).all() for column in columns):
        raise InvalidData("not_finite", "recency, frequency and value must be finite")
    return columns


def _table(columns: list[Any]) -> pd.DataFrame:
    """Fifths with the name of their cell."""
    recent, often, worth = (np.asarray(each, dtype=np.int64) for each in columns)
    both = np.floor((often + worth) / 2 + 0.5).astype(np.int64)
    is_named = [np.isin(recent, recency) & np.isin(both, rest) for _name, recency, rest in NAMES]
    cells = np.select(is_named, [name for name, _recency, _rest in NAMES], default="")
    return pd.DataFrame({"recency": recent, "frequency": often, "value": worth, "cell": cells})


def _ends(values: FloatArray) -> FloatArray:
    """The largest number of each fifth but the last, by the middle of the ranks that equal values share."""
    known, counts = np.unique(values, return_counts=True)
    middle = np.cumsum(counts) - counts / 2  # rank - 0.5, averaged over equal values
    fifths = np.ceil(FIFTHS * middle / len(values)).clip(1, FIFTHS)
    last = np.searchsorted(fifths, np.arange(1, FIFTHS), side="right")
    return np.where(last > 0, known[np.maximum(last - 1, 0)], -np.inf)
