"""Purchases of contacts as frames and histories: first, last, how many, for how much.

What a purchase is says `crm.queries.purchases`. The database adds up; nothing here holds a row a purchase.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.lifetime.histories import WEEK, PurchaseHistories
from crm.queries.purchases import Purchases, buyers_at_most, contact_ends

__all__ = [
    "COLUMNS",
    "contact_ranges",
    "fit_sample",
    "histories_of",
    "known_until",
    "purchases_of",
    "read_purchases",
]

COLUMNS = ("first", "last", "days", "total", "mean", "repeat_mean")
CHUNK = 50_000


def purchases_of(lowest: int, highest: int, as_of: datetime) -> pd.DataFrame:
    """What the contacts with numbers from `lowest` to `highest` had bought before the moment.

    One row for each who bought, under the contact's number: ``first`` and ``last`` day (datetime64[s], in the
    company's time zone), ``days`` on which they bought, ``total`` and ``mean`` of such a day, ``repeat_mean``
    of all but the first; money in the base currency, NaN where no rate is known.
    """
    return read_purchases(Purchases(as_of, lowest, highest))


def read_purchases(purchases: Purchases) -> pd.DataFrame:
    """The same of any contacts."""
    parts = [_frame(rows) for rows in _slices(purchases.buyers(), CHUNK)]
    return pd.concat(parts) if parts else _frame([])


def fit_sample(as_of: datetime, most: int) -> Purchases:
    """All buyers, or where there are more than `most`, each so-manieth contact.

    Which ones hangs on their numbers alone, so the same question has the same answer.
    """
    return Purchases(as_of, every=max(1, -(-buyers_at_most(as_of) // most)))


def histories_of(frame: pd.DataFrame, until: date) -> PurchaseHistories:
    """The frame as the models of lifetime value read it; `until` is the last day that is known."""
    first, last = (frame[name].to_numpy().astype("datetime64[D]") for name in ("first", "last"))
    days = frame["days"].to_numpy(dtype=np.float64)
    return PurchaseHistories(
        frame.index,
        days - 1,
        (last - first).astype(np.float64) / WEEK,
        (np.datetime64(until, "D") - first).astype(np.float64) / WEEK,
        np.where(days > 1, frame["repeat_mean"].to_numpy(dtype=np.float64), np.nan),
    )


def known_until(purchases: Purchases) -> date:
    """The last day of which something is known."""
    return (purchases.as_of.astimezone(purchases.zone) - timedelta(microseconds=1)).date()


def contact_ranges(width: int) -> list[dict[str, int]]:
    """Ranges of numbers of constant width that cover the contacts."""
    ends = contact_ends()
    if ends is None:
        return []
    return [
        {"lowest": start, "highest": start + width - 1}
        for start in range(ends[0], ends[1] + 1, width)
    ]


def _slices(rows: Iterator[tuple[Any, ...]], size: int) -> Iterator[Sequence[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    who, *columns = zip(*rows, strict=True) if rows else ((), *((),) * len(COLUMNS))
    first, last, days, *money = columns
    return pd.DataFrame(
        {
            "first": _days(first),
            "last": _days(last),
            "days": np.array(days, dtype=np.int64),
            **{
                name: np.array(values, dtype=np.float64)
                for name, values in zip(COLUMNS[3:], money, strict=True)
            },
        },
        index=pd.Index(who, dtype="int64", name="contact"),
    )


def _days(values: Sequence[Any]) -> npt.NDArray[Any]:
    """SQLite tells days as texts."""
    return np.array(values, dtype="datetime64[D]").astype("datetime64[s]")
