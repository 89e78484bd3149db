"""Cells by recency, frequency and value, each in fifths of the customers."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.errors import InvalidData

__all__ = ["rfm_cells"]

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
    columns = [np.asarray(each, dtype=np.float64) for each in (since, frequency, value)]
    if len({column.shape for column in columns}) > 1:
        raise InvalidData("unequal_lengths", "one number a customer is needed in each column")
    if not all(np.isfinite(column).all() for column in columns):
        raise InvalidData("not_finite", "recency, frequency and value must be finite")
    recent = FIFTHS + 1 - _fifths(columns[0])
    often, worth = _fifths(columns[1]), _fifths(columns[2])
    both = np.floor((often + worth) / 2 + 0.5).astype(np.int64)
    is_named = [np.isin(recent, recency) & np.isin(both, rest) for _name, recency, rest in NAMES]
    cells = np.select(is_named, [name for name, _recency, _rest in NAMES], default="")
    return pd.DataFrame({"recency": recent, "frequency": often, "value": worth, "cell": cells})


def _fifths(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """1 to 5 by the middle of the ranks that equal values share."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    rank = pd.Series(values).rank(method="average").to_numpy()
    return np.ceil(FIFTHS * (rank - 0.5) / len(values)).clip(1, FIFTHS).astype(np.int64)
