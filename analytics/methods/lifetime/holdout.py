"""How well purchases were foretold that were withheld: errors, groups by past purchases, week by week."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["by_past_purchases", "errors_of", "share_within", "tracked"]

FloatArray = npt.NDArray[np.float64]

MANY = 7  # repeat purchases; those with more are one group


def errors_of(said: npt.ArrayLike, came: npt.ArrayLike) -> dict[str, float | None]:
    """How far off what was said of each customer was.

    Parameters
    ----------
    said, came : array_like of float, shape (n,)
        Purchases, or what they came to, of each.

    Returns
    -------
    dict
        ``total_error`` (of the sum, as a share of what came; None where nothing came), ``rmse``, ``mae``.

    Examples
    --------
    >>> errors_of([1.0, 2.0], [1.0, 3.0])
    {'total_error': -0.25, 'rmse': 0.7071067811865476, 'mae': 0.5}
    """
    told, true = np.asarray(said, dtype=np.float64), np.asarray(came, dtype=np.float64)
    total = float(true.sum())
    return {
        "total_error": float(told.sum()) / total - 1 if total else None,
        "rmse": float(np.sqrt(((told - true) ** 2).mean())),
        "mae": float(np.abs(told - true).mean()),
    }


def share_within(came: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> float:
    """Share of the customers whose number lay between the ends.

    Parameters
    ----------
    came, low, high : array_like of float, shape (n,)
        What came, and the ends.

    Returns
    -------
    float

    Examples
    --------
    >>> share_within([1.0, 5.0], [0.0, 0.0], [2.0, 2.0])
    0.5
    """
    true = np.asarray(came, dtype=np.float64)
    return float(((true >= np.asarray(low)) & (true <= np.asarray(high))).mean())


def by_past_purchases(
    past: npt.ArrayLike, said: npt.ArrayLike, came: npt.ArrayLike
) -> pd.DataFrame:
    """Means of groups of customers with equally many repeat purchases until then.

    Parameters
    ----------
    past, said, came : array_like of float, shape (n,)
        Repeat purchases so far, those expected, and those that came.

    Returns
    -------
    pandas.DataFrame
        ``past`` (7 stands for 7 and more), ``customers``, ``said`` and ``came`` (means of one customer).

    Examples
    --------
    >>> by_past_purchases([0, 0, 9], [0.5, 0.1, 4.0], [0.0, 1.0, 3.0]).to_dict("records")[1]
    {'past': 7, 'customers': 1, 'said': 4.0, 'came': 3.0}
    """
    frame = pd.DataFrame(
        {
            "past": np.minimum(np.asarray(past, dtype=np.int64), MANY),
            "said": np.asarray(said, dtype=np.float64),
            "came": np.asarray(came, dtype=np.float64),
        }
    )
    found = frame.groupby("past").agg(
        customers=("said", "size"), said=("said", "mean"), came=("came", "mean")
    )
    return found.reset_index()


def tracked(
    expected: Callable[[FloatArray], FloatArray],
    began: npt.ArrayLike,
    customers: npt.ArrayLike,
    weeks: npt.ArrayLike,
) -> FloatArray:
    """Repeat purchases that all customers together were to make until the end of each week.

    Parameters
    ----------
    expected : callable
        Weeks since a first purchase, shape (k,), to the repeat purchases expected by then.
    began : array_like of float, shape (m,)
        When customers bought for the first time, in weeks.
    customers : array_like of float, shape (m,)
        How many did.
    weeks : array_like of float, shape (k,)
        Ends of the weeks, on the same scale.

    Returns
    -------
    ndarray of float, shape (k,)
        Never falling.

    Examples
    --------
    >>> tracked(lambda since: 0.5 * since, [0.0, 1.0], [10.0, 10.0], [1.0, 2.0]).tolist()
    [5.0, 15.0]
    """
    starts, number = np.asarray(began, dtype=np.float64), np.asarray(customers, dtype=np.float64)
    ends = np.asarray(weeks, dtype=np.float64)
    total = np.zeros(len(ends))
    for start, count in zip(starts, number, strict=True):
        since = ends - start
        total[since > 0] += count * expected(since[since > 0])
    return total
