"""Ways of people over campaigns to a purchase, or to none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from analytics.methods.attribution.journeys import Journeys
from crm.queries.purchases import Purchases
from marketing.models import Recipient

DAYS = 365  # of touches that are looked at
FORGOTTEN = 90  # days after which a touch has no part in a purchase any more
CHUNK = 5_000


@dataclass(frozen=True)
class Ways:
    """Journeys, and the campaign of each number of a touch."""

    campaigns: list[int]
    journeys: Journeys


def read_journeys(as_of: datetime) -> Ways | None:
    """Clicks and answers of a year, contact by contact, cut at each purchase; None where there are none."""
    touches = _touches(as_of)
    if not touches:
        return None
    bought = _purchases(as_of, {contact for contact, _at, _campaign in touches})
    journey: list[int] = []
    touch: list[int] = []
    age: list[float] = []
    worth: list[float] = []
    places: dict[int, int] = {}
    for contact, rows in groupby(touches, key=itemgetter(0)):
        seen = [(at, campaign) for _contact, at, campaign in rows]
        for way, end, value in _cut(seen, bought.get(contact, []), as_of):
            for at, campaign in way:
                journey.append(len(worth))
                touch.append(places.setdefault(campaign, len(places)))
                age.append(max(0.0, (end - at) / timedelta(days=1)))
            worth.append(value)
    told = Journeys(
        len(places),
        np.array(journey, dtype=np.int64),
        np.array(touch, dtype=np.int64),
        np.array(age, dtype=np.float64),
        np.array(worth, dtype=np.float64),
    )
    return Ways(list(places), told)


def _touches(as_of: datetime) -> list[tuple[int, datetime, int]]:
    """Contact, when, campaign; in the order of contacts and of time."""
    since = as_of - timedelta(days=DAYS)
    found: list[tuple[int, datetime, int]] = []
    for column in ("clicked_at", "replied_at"):
        rows: Any = Recipient.objects.filter(
            campaign__deleted_at=None,
            campaign__has_told_outcomes=False,
            **{f"{column}__gte": since, f"{column}__lt": as_of},
        )
        told = rows.order_by().values_list("contact", column, "campaign")
        found.extend(told.iterator(chunk_size=CHUNK))
    return sorted(found)


def _purchases(as_of: datetime, contacts: set[int]) -> dict[int, list[tuple[datetime, float]]]:
    purchases = Purchases(as_of, min(contacts), max(contacts))
    since = (as_of - timedelta(days=DAYS)).date()
    found: dict[int, list[tuple[datetime, float]]] = {}
    for contact, day, worth in purchases.of_each():
        if contact in contacts and day >= since and worth:
            # The end of the day: whoever clicks and buys on one day did it in this order.
            end = datetime(day.year, day.month, day.day, tzinfo=purchases.zone) + timedelta(days=1)
            found.setdefault(contact, []).append((end, float(worth)))
    return found


def _cut(
    touches: list[tuple[datetime, int]], bought: list[tuple[datetime, float]], as_of: datetime
) -> Iterator[tuple[list[tuple[datetime, int]], datetime, float]]:
    """The touches before each purchase that are not forgotten, and those that led to none."""
    waiting = list(touches)
    for end, worth in sorted(bought):
        before = [row for row in waiting if row[0] < end]
        waiting = waiting[len(before) :]
        way = [row for row in before if end - row[0] <= timedelta(days=FORGOTTEN)]
        lost = before[: len(before) - len(way)]
        if lost:
            yield lost, lost[-1][0], 0.0
        if way:
            yield way, end, worth
    if waiting:
        yield waiting, as_of, 0.0
