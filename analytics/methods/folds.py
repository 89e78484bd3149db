"""Ways to cut rows into training and test parts, the same whatever order the rows come in."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from analytics.methods.cells import Ids
from analytics.methods.errors import InsufficientData, InvalidData

__all__ = [
    "canonical_order",
    "cluster_numbers",
    "cut_folds",
    "stratified_folds",
    "time_ordered_folds",
]

Rows = npt.NDArray[np.intp]
Folds = list[tuple[Rows, Rows]]
FoldKind = Literal["time", "holdout", "stratified"]


def canonical_order(ids: Ids, order: npt.ArrayLike | None = None) -> Rows:
    """Row positions sorted by time (where given), then by id.

    Floating-point sums and seeded folds depend on the order of the rows; sorting first makes the
    answer depend on the rows alone.

    Parameters
    ----------
    ids : Index, shape (n,)
        Row ids, each once.
    order : array_like, shape (n,), optional
        Times or running numbers.

    Returns
    -------
    ndarray of int, shape (n,)
        Positions into the rows given.

    Raises
    ------
    InvalidData
        ``duplicate_ids``; ``unequal_lengths``; ``not_finite`` for a row without a time.

    Examples
    --------
    >>> canonical_order(pd.Index(["b", "a", "c"])).tolist()
    [1, 0, 2]
    >>> canonical_order(pd.Index(["b", "a", "c"]), [2026, 2026, 2025]).tolist()
    [2, 1, 0]
    """
    if not ids.is_unique:
        raise InvalidData("duplicate_ids", f"{int(ids.duplicated().sum())} ids occur again")
    are_numbers = pd.api.types.is_integer_dtype(ids.dtype)
    keys = pd.DataFrame({"id": ids if are_numbers else ids.astype(str)})
    if order is not None:
        times = pd.Series(np.asarray(order))
        if len(times) != len(ids):
            raise InvalidData("unequal_lengths", f"{len(times)} times for {len(ids)} rows")
        if times.isna().any():
            raise InvalidData("not_finite", f"{int(times.isna().sum())} rows have no time")
        keys.insert(0, "time", times)
    return keys.sort_values(list(keys.columns), kind="stable").index.to_numpy(dtype=np.intp)


def cluster_numbers(clusters: npt.ArrayLike | None, rows: Rows) -> npt.NDArray[np.int64] | None:
    """Clusters as numbers from 0, of the rows in this order; None if every row stands alone.

    Parameters
    ----------
    clusters : array_like, shape (n,), optional
        Equal values mark rows that are alike, such as moments of one lead.
    rows : ndarray of int, shape (n,)
        Positions, see `canonical_order`.

    Returns
    -------
    ndarray of int, shape (n,), or None

    Raises
    ------
    InvalidData
        ``unequal_lengths``.

    Examples
    --------
    >>> cluster_numbers(["b", "a", "b"], np.array([1, 0, 2])).tolist()
    [0, 1, 1]
    """
    if clusters is None:
        return None
    found = np.unique(np.asarray(clusters), return_inverse=True)[1].astype(np.int64)
    if len(found) != len(rows):
        raise InvalidData("unequal_lengths", f"{len(found)} clusters for {len(rows)} rows")
    return found[rows]


def stratified_folds(
    outcomes: npt.ArrayLike, folds: int, seed: int, clusters: npt.ArrayLike | None = None
) -> Folds:
    """Shuffled folds, each with the classes in their overall proportions.

    Parameters
    ----------
    outcomes : array_like of {0, 1}, shape (n,)
        Classes.
    folds : int
        Number of folds, at least 2; each class needs as many rows.
    seed : int
        Of the shuffle.
    clusters : array_like, shape (n,), optional
        Rows with the same value stay on one side.

    Returns
    -------
    list of (ndarray, ndarray)
        Positions of training and of test rows; every row is tested once.

    Raises
    ------
    InsufficientData
        ``one_class``, or ``few_rows`` if a class has fewer rows than there are folds.

    Examples
    --------
    >>> [sorted(test.tolist()) for _, test in stratified_folds([0, 0, 1, 1], 2, seed=0)]
    [[1, 2], [0, 3]]
    """
    y = np.asarray(outcomes)
    counts = np.bincount(y.astype(np.int64), minlength=2)
    if counts.min() == 0:
        raise InsufficientData("one_class", needed=2, found=int((counts > 0).sum()))
    if counts.min() < folds:
        raise InsufficientData("few_rows", needed=folds, found=int(counts.min()))
    rows = np.zeros(len(y))
    if clusters is not None:
        whole = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        return list(whole.split(rows, y, clusters))
    return list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(rows, y))


def time_ordered_folds(
    outcomes: npt.ArrayLike, folds: int, least: int = 10, start: float = 0.5
) -> Folds:
    """Growing training windows, each tested on the block of rows that follows.

    Parameters
    ----------
    outcomes : array_like of {0, 1}, shape (n,)
        Classes of rows that are already in the order of time.
    folds : int
        Number of blocks tested.
    least : int
        Rows of each class a training window needs; earlier windows are left out.
    start : float
        Share of the rows in the first window, which is never tested. A half keeps every window
        alike to the final training set: models of small windows are shrunk more, and a
        calibration fitted on them makes the final model over-confident (X Education, held-out
        calibration slope .83 with windows from a sixth on).

    Returns
    -------
    list of (ndarray, ndarray)
        Positions of training and of test rows. Empty if no window qualifies.

    Examples
    --------
    >>> [(train.tolist(), test.tolist())
    ...  for train, test in time_ordered_folds([0, 1, 0, 1], folds=2, least=1)]
    [([0, 1], [2]), ([0, 1, 2], [3])]
    """
    y = np.asarray(outcomes)
    blocks = np.array_split(np.arange(int(start * len(y)), len(y)), folds)
    windows = [(np.arange(block[0]), block) for block in blocks if len(block)]
    return [
        (train, test)
        for train, test in windows
        if min(y[train].sum(), (1 - y[train]).sum()) >= least
    ]


def cut_folds(
    outcomes: npt.ArrayLike,
    *,
    in_time: bool,
    folds: int,
    seed: int,
    holdout: float = 0.0,
    clusters: npt.ArrayLike | None = None,
) -> tuple[FoldKind, Folds]:
    """The folds that rows in canonical order are tested on.

    Parameters
    ----------
    outcomes : array_like of {0, 1}, shape (n,)
        Classes.
    in_time : bool
        Whether the rows stand in the order of time.
    folds : int
        How many.
    seed : int
        Of folds that are not in time.
    holdout : float
        With rows in time: the share of the last rows that is tested once on all before; 0 for
        `time_ordered_folds`.
    clusters : array_like, shape (n,), optional
        See `stratified_folds`. Rows of one cluster follow each other in time; the borders of folds
        in time cut a cluster each at most.

    Returns
    -------
    kind : {"time", "holdout", "stratified"}
        ``stratified`` although the rows are in time means that one class came too late or too early.
    folds : list of (ndarray, ndarray)
        Positions of training and of test rows.

    Examples
    --------
    >>> kind, parts = cut_folds([0, 1] * 5, in_time=True, folds=5, seed=0, holdout=0.3)
    >>> kind, [part.tolist() for part in parts[0]]
    ('holdout', [[0, 1, 2, 3, 4, 5, 6], [7, 8, 9]])
    """
    y = np.asarray(outcomes)
    if in_time:
        last = len(y) - round(holdout * len(y))
        rows = np.arange(len(y))
        parts = [(rows[:last], rows[last:])] if holdout else time_ordered_folds(y, folds)
        sides = [y[part] for pair in parts for part in pair]
        tested = np.concatenate([y[:0], *sides[1::2]])
        if all(len(np.unique(side)) > 1 for side in (*sides[::2], tested)):
            return ("holdout" if holdout else "time"), parts
    return "stratified", stratified_folds(y, folds, seed, clusters)
