"""Customers as they were known at moments, and whether they were quiet afterwards.

The same function serves training, at moments of the past, and scoring, now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.choices import CUSTOMER_FACTS, QUIET_DAYS
from analytics.datasets.purchases import fit_sample, known_until, read_purchases
from analytics.datasets.timeline import (
    DAY,
    activities_on,
    interactions_of,
    milliseconds,
    whole_days,
)
from crm.models import Contact
from crm.queries.purchases import Purchases

__all__ = ["QuietCustomers", "customer_cells", "quiet_customers"]

# Field names as reasons know them, and where their values lie.
FIXED_FIELDS = {
    "crm.contact.source": "source",
    "crm.contact.country": "country",
    "crm.contact.job_title": "job_title",
    "crm.company.industry": "company__industry",
    "crm.company.employees": "company__employees",
}
MOMENTS = 4  # one window after the other, the last one ending now
MOST_CUSTOMERS = 10_000
CHUNK = 2_000


@dataclass(frozen=True)
class QuietCustomers:
    """Cells; outcomes (1: neither bought nor did anything in the window after); when; who."""

    frame: pd.DataFrame
    outcomes: "pd.Series[Any]"
    moments: "pd.Series[Any]"
    contacts: "pd.Series[Any]"


def quiet_customers(as_of: datetime) -> QuietCustomers:
    """All customers, or so-manieth of many, at moments a window and more before now."""
    window = timedelta(days=QUIET_DAYS)
    sample = fit_sample(as_of, MOST_CUSTOMERS)
    frames, outcomes, moments, contacts = [], [], [], []
    for back in range(MOMENTS, 0, -1):
        at = as_of - back * window
        known = read_purchases(replace(sample, as_of=at))
        if known.empty:
            continue
        frames.append(customer_cells(known, replace(sample, as_of=at)))
        outcomes.append(_quiet(known.index, replace(sample, as_of=at + window)))
        moments.append(np.full(len(known), milliseconds(at)))
        contacts.append(known.index.to_numpy())
    if not frames:
        nobody: pd.Series[Any] = pd.Series(dtype="int64")
        return QuietCustomers(pd.DataFrame(columns=_columns()), nobody, nobody, nobody)
    frame = pd.concat(frames, ignore_index=True)
    index = frame.index
    return QuietCustomers(
        frame,
        pd.Series(np.concatenate(outcomes).astype(np.int64), index=index),
        pd.Series(np.concatenate(moments), index=index),
        pd.Series(np.concatenate(contacts), index=index),
    )


def _columns() -> list[str]:
    return [*FIXED_FIELDS, *CUSTOMER_FACTS]


def _quiet(customers: "pd.Index[int]", then: Purchases) -> npt.NDArray[np.bool_]:
    """Whether each of them neither bought nor did anything in the window that ends then."""
    later = read_purchases(then).reindex(customers)
    start = np.datetime64(known_until(then) - timedelta(days=QUIET_DAYS))
    bought = later["last"].to_numpy().astype("datetime64[D]") > start
    who = customers.to_numpy()
    at = np.full(len(who), milliseconds(then.as_of))
    did = np.zeros(len(who), dtype=bool)
    for part in _parts(len(who)):
        events, _answers = interactions_of(who[part].tolist())
        did[part] = events.within(who[part], at[part], QUIET_DAYS * DAY) > 0
    return ~(bought | did)


def customer_cells(known: pd.DataFrame, then: Purchases) -> pd.DataFrame:
    """What was known at the moment of the buyers in a frame of purchases, under their numbers."""
    who = known.index.to_numpy()
    parts = [_cells(known.iloc[part], then) for part in _parts(len(who))]
    return pd.concat(parts) if parts else pd.DataFrame(columns=_columns())


def _parts(length: int) -> Iterable[slice]:
    return (slice(start, start + CHUNK) for start in range(0, length, CHUNK))


def _cells(known: pd.DataFrame, then: Purchases) -> pd.DataFrame:
    who = known.index.to_numpy()
    at = np.full(len(who), milliseconds(then.as_of))
    did, answered = interactions_of(who.tolist())
    ours = activities_on("contact", who.tolist())
    today = np.datetime64(known_until(then))
    days = {
        name: today - known[name].to_numpy().astype("datetime64[D]") for name in ("first", "last")
    }
    facts = {
        "customer.purchases": known["days"].to_numpy(dtype=np.float64),
        "customer.mean": known["mean"].round(2).to_numpy(dtype=np.float64),
        "customer.since_purchase": days["last"].astype(np.float64),
        "customer.age": days["first"].astype(np.float64),
        "customer.interactions_30": did.within(who, at, 30 * DAY),
        "customer.interactions_90": did.within(who, at, 90 * DAY),
        "customer.interactions": did.before(who, at),
        "customer.answers_90": answered.within(who, at, 90 * DAY),
        "customer.since_interaction": whole_days(did.since_last(who, at)),
        "customer.activities_90": ours.within(who, at, 90 * DAY),
        "customer.since_touch": whole_days(ours.since_last(who, at)),
    }
    table = _fixed(who.tolist())
    for name, values in facts.items():
        table[name] = np.asarray(values, dtype=np.float64)
    return table


def _fixed(contacts: Sequence[int]) -> pd.DataFrame:
    rows: Any = Contact.objects.filter(pk__in=contacts)
    told = {pk: cells for pk, *cells in rows.values_list("pk", *FIXED_FIELDS.values())}
    nothing = [None] * len(FIXED_FIELDS)
    cells = [told.get(pk, nothing) for pk in contacts]
    index: Any = pd.Index(list(contacts), dtype="int64")
    return pd.DataFrame(cells, index=index, columns=list(FIXED_FIELDS), dtype=object)
