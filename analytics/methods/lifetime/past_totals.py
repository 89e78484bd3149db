"""How far expected totals were off in the past: the width of the band around the next one."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t

from analytics.methods.errors import InsufficientData
from analytics.methods.lifetime.bg_nbd import fit_bg_nbd
from analytics.methods.lifetime.histories import WEEK, PurchaseHistories, purchase_histories

__all__ = ["past_total_error", "past_total_errors", "total_band"]

FloatArray = npt.NDArray[np.float64]

ORIGINS = (0.5, 0.6, 0.7, 0.8)  # of the time that is known


def past_total_errors(
    customers: npt.ArrayLike, times: npt.ArrayLike, until: str | pd.Timestamp
) -> FloatArray:
    """Refit at earlier moments and compare what was expected by all with what they bought.

    Parameters
    ----------
    customers : array_like, shape (n,)
        Who bought.
    times : array_like of datetime, shape (n,)
        When.
    until : str or datetime
        Last day that is known.

    Returns
    -------
    ndarray, shape (k,)
        Logarithms of bought / expected, from as many of four moments as could be judged.

    Examples
    --------
    >>> past_total_errors(["a"], np.array(["2026-01-01"], dtype="datetime64[D]"), "2026-03-01")
    array([], dtype=float64)
    """
    names = np.asarray(customers)
    days = np.asarray(times, dtype="datetime64[D]")
    end = np.datetime64(pd.Timestamp(until).date(), "D")
    names, days = names[days <= end], days[days <= end]
    if not len(days):
        return np.zeros(0)
    whole = int((end - days.min()).astype(np.int64))
    found = []
    for share in ORIGINS:
        origin = days.min() + np.timedelta64(int(whole * share), "D")
        known = purchase_histories(names, days, np.ones(len(days)), pd.Timestamp(origin))
        later = purchase_histories(names, days, np.ones(len(days)), until)
        weeks = float((end - origin).astype(np.int64)) / WEEK
        error = past_total_error(known, later, weeks)
        if error is not None:
            found.append(error)
    return np.array(found)


def past_total_error(
    known: PurchaseHistories, later: PurchaseHistories, weeks: float
) -> float | None:
    """Fit to what was known at one moment and compare what was expected with what came.

    Parameters
    ----------
    known : PurchaseHistories
        At an earlier moment.
    later : PurchaseHistories
        At a later one; all customers of `known` are among them.
    weeks : float
        Between the two.

    Returns
    -------
    float or None
        Logarithm of bought / expected; None where there is too little to judge by.

    Examples
    --------
    >>> nobody = PurchaseHistories(pd.Index([]), *np.zeros((4, 0)))
    >>> past_total_error(nobody, nobody, 4.0) is None
    True
    """
    try:
        model = fit_bg_nbd(known)
    except InsufficientData:
        return None
    expected = float(model.expected_purchases(known, weeks).sum())
    rows = later.customers.get_indexer(known.customers)
    came = float((later.frequency[rows] - known.frequency).sum())
    return float(np.log(came / expected)) if came > 0 and expected > 0 else None


def total_band(expected: float, errors: npt.ArrayLike, level: float = 0.8) -> tuple[float, float]:
    """Ends around an expected total, as wide as such totals were off before.

    Parameters
    ----------
    expected : float
        The total.
    errors : array_like, shape (k,)
        Of `past_total_errors`.
    level : float
        Chance that the total lies between the ends.

    Returns
    -------
    lower, upper : float
        NaN where fewer than two moments of the past could be judged.

    Examples
    --------
    >>> [round(end) for end in total_band(100.0, [0.1, -0.1, 0.1])]
    [85, 118]
    """
    off = np.asarray(errors, dtype=np.float64)
    if len(off) < 2:
        return float("nan"), float("nan")
    spread = float(np.sqrt((off**2).mean()) * t.ppf((1 + level) / 2, len(off)))
    return expected * float(np.exp(-spread)), expected * float(np.exp(spread))
