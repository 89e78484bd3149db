"""Outcomes to learn from: 0 and 1, and enough of both."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.cells import FloatArray
from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["check_outcomes"]


def check_outcomes(frame: pd.DataFrame, outcomes: npt.ArrayLike, min_class: int) -> FloatArray:
    """Outcomes as 0.0 and 1.0, refused unless there are enough of both.

    Parameters
    ----------
    frame : DataFrame, shape (n, m)
        The rows they belong to.
    outcomes : array_like, shape (n,)
        0 and 1, or False and True.
    min_class : int
        Fewest of each.

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    InsufficientData
        ``empty``, ``one_class``, ``few_positives`` or ``few_negatives``.
    InvalidData
        ``unequal_lengths`` (also for a Series under other ids) or ``unknown_target``.

    Examples
    --------
    >>> check_outcomes(pd.DataFrame(index=range(3)), [True, False, True], min_class=1).tolist()
    [1.0, 0.0, 1.0]
    """
    if isinstance(outcomes, pd.Series) and not outcomes.index.equals(frame.index):
        raise InvalidData("unequal_lengths", "the outcomes stand under other ids than the rows")
    y = pd.Series(pd.to_numeric(pd.Series(outcomes), errors="coerce"))
    target = y.to_numpy(dtype=np.float64, na_value=np.nan)
    if len(target) != len(frame):
        raise InvalidData("unequal_lengths", f"{len(target)} outcomes for {len(frame)} rows")
    if not len(target):
        raise InsufficientData("empty", needed=2 * min_class, found=0)
    if not np.isin(target, (0.0, 1.0)).all():
        raise InvalidData("unknown_target", "outcomes must be 0 or 1, none missing")
    positives = int(target.sum())
    negatives = len(target) - positives
    if not positives or not negatives:
        raise InsufficientData("one_class", needed=2, found=1)
    if positives < min_class:
        raise InsufficientData("few_positives", needed=min_class, found=positives)
    if negatives < min_class:
        raise InsufficientData("few_negatives", needed=min_class, found=negatives)
    return target
