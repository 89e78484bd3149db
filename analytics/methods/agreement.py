"""How far two scores agree, from a table of counts that adds up over parts of the rows."""

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["rank_agreement"]


def rank_agreement(counts: npt.ArrayLike) -> float:
    """Spearman's rank correlation of two scores that are known by bins.

    Parameters
    ----------
    counts : array_like, shape (k, m)
        Rows by bin of the first score and bin of the second, both rising. Rows of one bin are tied.

    Returns
    -------
    float
        -1 to 1; NaN where all rows share a bin of either score.

    Raises
    ------
    InsufficientData
        ``empty`` without rows.
    InvalidData
        ``out_of_bounds`` for a negative or infinite count.

    References
    ----------
    C. Spearman (1904), "The proof and measurement of association between two things", American
    Journal of Psychology 15; ties by mid-ranks.

    Examples
    --------
    >>> rank_agreement([[5, 0], [0, 5]]), rank_agreement([[0, 5], [5, 0]])
    (1.0, -1.0)
    """
    table = np.asarray(counts, dtype=np.float64)
    if not np.all(np.isfinite(table) & (table >= 0)):
        raise InvalidData("out_of_bounds", "counts must be 0 or more")
    total = float(table.sum())
    if not total:
        raise InsufficientData("empty", needed=1, found=0)
    first, second = _centred(table.sum(axis=1)), _centred(table.sum(axis=0))
    spread = float(table.sum(axis=1) @ first**2) * float(table.sum(axis=0) @ second**2)
    if not spread:
        return float("nan")
    found = float(first @ table @ second) / spread**0.5
    return float(np.clip(found, -1.0, 1.0))


def _centred(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The mid-rank of each bin, less the mean rank."""
    middle: npt.NDArray[np.float64] = np.cumsum(rows) - rows / 2 - rows.sum() / 2
    return middle
