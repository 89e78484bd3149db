"""Storing what the jobs say of open deals."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from core.upsert import upsert
from crm.models import Deal, DealOutlook


@dataclass(frozen=True, slots=True)
class DealSaid:
    """What is said of one deal; the names are the columns of `DealOutlook`."""

    deal: int
    version: int
    run: int | None
    as_of: datetime
    has_signal: bool
    probability: float
    low: float
    high: float
    base_rate: float
    reasons: list[dict[str, Any]]
    rest_points: float
    earlier_probability: float | None
    earlier_at: datetime | None
    closes_on: date | None
    closes_from: date | None
    closes_to: date | None
    stale: str
    oldest_days: int | None


COLUMNS = [field.name for field in fields(DealSaid)]


@transaction.atomic
def store_outlooks(said: Iterable[DealSaid]) -> int:
    """Insert or overwrite; what is as of a later moment stays. Returns rows written.

    Deals that were deleted since they were read are left out.
    """
    rows = {row.deal: row for row in said}
    there = sorted(Deal.objects.filter(pk__in=rows).values_list("pk", flat=True))
    return upsert(
        DealOutlook,
        # In one order, so that writers of the same rows never wait for each other.
        ([getattr(rows[pk], name) for name in COLUMNS] for pk in there),
        fields=COLUMNS,
        key=["deal"],
        newer_by="as_of",
    )
