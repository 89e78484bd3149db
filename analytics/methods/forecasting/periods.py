"""Moments as whole numbers that rise by one from period to period."""

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData

__all__ = ["number_periods"]

Numbers = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]

DAY = 86_400
LONG = 28  # days between months at least
SATURDAY = 5
MOST_OFF = 3  # days by which the days of a month may differ, as its last ones do


def number_periods(moments: npt.ArrayLike, *, is_date: bool) -> Numbers:
    """Number moments by the period they lie in, from 0 on.

    Months are as long as they are, and weekends count only where something ever falls on one. The
    usual distance is the step: of months 1, of quarters 3 months, of weeks 7 days.

    Parameters
    ----------
    moments : array_like, shape (n,)
        Seconds since 1970 for dates, else numbers; finite, in any order, also more than once.
    is_date : bool
        Whether they are dates.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    InsufficientData
        ``empty``.

    Examples
    --------
    >>> months = np.array(["2024-01-31", "2024-02-29", "2024-04-30"], "datetime64[s]")
    >>> number_periods(months.astype(int), is_date=True).tolist()
    [0, 1, 3]
    >>> number_periods([10, 20, 40], is_date=False).tolist()
    [0, 1, 3]
    """
    at = np.asarray(moments, dtype=np.float64)
    if not at.size:
        raise InsufficientData("empty", needed=1, found=0)
    if is_date and (at % DAY == 0).all():
        at = _day_numbers((at / DAY).astype(np.int64).astype("datetime64[D]"))
    different = np.diff(np.unique(at))
    if not different.size:
        return np.zeros(len(at), dtype=np.int64)
    sizes, counts = np.unique(different.round(9), return_counts=True)
    found: Numbers = np.rint((at - at.min()) / sizes[counts.argmax()]).astype(np.int64)
    return found


def _day_numbers(days: Days) -> npt.NDArray[np.float64]:
    """Months, working days or days since 1970."""
    each = np.unique(days)
    apart = np.diff(each).astype(np.int64)
    month = days.astype("datetime64[M]")
    if apart.size and apart.min() >= LONG and _is_same_day(each):
        return month.astype(np.float64)
    weekday = (each.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    if apart.size and np.median(apart) == 1 and weekday.max() < SATURDAY:
        return np.busday_count(np.datetime64("1970-01-01"), days).astype(np.float64)
    return days.astype(np.float64)


def _is_same_day(days: Days) -> bool:
    """Whether all lie on one day of the month, counted from its begin or from its end."""
    month = days.astype("datetime64[M]")
    from_begin = (days - month.astype("datetime64[D]")).astype(np.int64)
    to_end = ((month + 1).astype("datetime64[D]") - days).astype(np.int64)
    return min(int(np.ptp(from_begin)), int(np.ptp(to_end))) <= MOST_OFF
