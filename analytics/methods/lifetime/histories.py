"""Purchases of customers in the three numbers that buy-till-you-die models read, and their mean value."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["PurchaseHistories", "purchase_histories"]

FloatArray = npt.NDArray[np.float64]

WEEK = 7.0  # days


@dataclass(frozen=True)
class PurchaseHistories:
    """One row a customer: what is known of their purchases at one moment.

    Parameters
    ----------
    customers : pandas.Index
        Who.
    frequency : ndarray, shape (n,)
        Repeat purchases: days on which they bought, without the first one.
    recency : ndarray, shape (n,)
        Weeks between the first purchase and the last one, 0 without a repeat purchase.
    age : ndarray, shape (n,)
        Weeks between the first purchase and the moment.
    value : ndarray, shape (n,)
        Mean value of a repeat purchase, in the currency of the purchases; NaN without one.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-15", "2026-01-08"])
    >>> known = purchase_histories(["a", "a", "b"], days, [5.0, 7.0, 9.0], "2026-01-29")
    >>> known.frequency.tolist(), known.recency.tolist(), known.age.tolist()
    ([1.0, 0.0], [2.0, 0.0], [4.0, 3.0])
    """

    customers: pd.Index
    frequency: FloatArray
    recency: FloatArray
    age: FloatArray
    value: FloatArray

    def __post_init__(self) -> None:
        columns = (self.frequency, self.recency, self.age, self.value)
        if any(column.shape != (len(self.customers),) for column in columns):
            raise InvalidData("unequal_lengths", "one value a customer is needed in each column")
        counted = np.stack(columns[:3])
        if not np.isfinite(counted).all():
            raise InvalidData("not_finite", "frequency, recency and age must be finite")
        if (counted < 0).any() or (self.recency > self.age + 1e-9).any():
            raise InvalidData("out_of_bounds", "recency lies between 0 and age")

    def __len__(self) -> int:
        return len(self.customers)

    def take(self, rows: npt.NDArray[np.int64] | slice) -> "PurchaseHistories":
        """Some of them."""
        columns = (self.frequency, self.recency, self.age, self.value)
        return PurchaseHistories(self.customers[rows], *(column[rows] for column in columns))


def purchase_histories(
    customers: npt.ArrayLike,
    times: npt.ArrayLike,
    values: npt.ArrayLike,
    until: str | pd.Timestamp,
) -> PurchaseHistories:
    """Sum up the purchases that were made until a day.

    Parameters
    ----------
    customers : array_like, shape (n,)
        Who bought.
    times : array_like of datetime, shape (n,)
        When. What one customer buys on one day is one purchase.
    values : array_like, shape (n,)
        For how much.
    until : str or datetime
        Last day that is known; later purchases are left out.

    Returns
    -------
    PurchaseHistories
        One row for whoever has bought by then, ordered by customer.

    Raises
    ------
    InsufficientData
        ``empty``: nobody has bought by then.
    InvalidData
        ``unequal_lengths``, ``not_finite``: a purchase without a day or without a value.

    References
    ----------
    P. Fader, B. Hardie and K. L. Lee (2005), "Counting Your Customers the Easy Way", Marketing
    Science 24, 275–284.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-08", "2026-01-08", "2026-02-01"])
    >>> known = purchase_histories(["a"] * 4, days, [5.0, 2.0, 4.0, 8.0], "2026-01-15")
    >>> known.frequency.tolist(), known.value.tolist(), known.age.tolist()
    ([1.0], [6.0], [2.0])
    """
    names = np.asarray(customers)
    days = np.asarray(times, dtype="datetime64[D]")
    worth = np.asarray(values, dtype=np.float64)
    if not len(names) == len(days) == len(worth):
        raise InvalidData("unequal_lengths", "customers, times and values differ in length")
    if np.isnat(days).any() or not np.isfinite(worth).all():
        raise InvalidData("not_finite", "each purchase needs a day and a finite value")
    end = np.datetime64(pd.Timestamp(until).date(), "D")
    known = days <= end
    if not known.any():
        raise InsufficientData("empty", needed=1, found=0)
    frame = pd.DataFrame({"who": names[known], "day": days[known], "value": worth[known]})
    bought = frame.groupby(["who", "day"], sort=True)["value"].sum().reset_index()
    by_customer = bought.groupby("who")
    first, last = by_customer["day"].min(), by_customer["day"].max()
    frequency = np.asarray(by_customer.size(), dtype=np.float64) - 1
    repeated = by_customer["value"].sum() - by_customer["value"].first()
    return PurchaseHistories(
        first.index,
        frequency,
        (last - first).dt.days.to_numpy(dtype=np.float64) / WEEK,
        (pd.Timestamp(end) - first).dt.days.to_numpy(dtype=np.float64) / WEEK,
        np.where(frequency > 0, repeated / np.maximum(frequency, 1), np.nan),
    )
