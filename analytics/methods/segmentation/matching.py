"""Segments of one run among those of the last one, so that numbers, names and colours stay."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linear_sum_assignment

__all__ = ["match_segments"]

IntArray = npt.NDArray[np.int64]

LEAST = 0.2  # share of members in common of all members of the two


def match_segments(before: "pd.Series[int]", after: "pd.Series[int]") -> dict[int, int | None]:
    """Which earlier segment each segment goes on from: as many members in common as can be.

    Parameters
    ----------
    before, after : pandas.Series of int
        Segment by customer, in the last run and in this one. Customers of both count.

    Returns
    -------
    dict of int to int or None
        Each segment of `after` and the earlier one; None where it is a new one.

    References
    ----------
    H. W. Kuhn (1955), "The Hungarian Method for the Assignment Problem", Naval Research Logistics
    Quarterly 2, 83–97.

    Examples
    --------
    >>> before = pd.Series([7, 7, 7, 9, 9], index=list("abcde"))
    >>> after = pd.Series([0, 1, 1, 2, 2, 0], index=list("abcdef"))
    >>> match_segments(before, after)
    {0: None, 1: 7, 2: 9}
    """
    segments = sorted({int(one) for one in after.unique()})
    both = before.index.intersection(after.index)
    known = sorted({int(one) for one in before.loc[both].unique()})
    if not known:
        return dict.fromkeys(segments)
    common = (
        pd.crosstab(after.loc[both], before.loc[both])
        .reindex(index=segments, columns=known, fill_value=0)
        .to_numpy(dtype=np.float64)
    )
    together = common.sum(axis=1, keepdims=True) + common.sum(axis=0, keepdims=True) - common
    overlap = common / np.maximum(together, 1)
    rows, columns = linear_sum_assignment(-overlap)
    found: dict[int, int | None] = dict.fromkeys(segments)
    for row, column in zip(rows, columns, strict=True):
        if overlap[row, column] >= LEAST:
            found[segments[row]] = known[column]
    return found
