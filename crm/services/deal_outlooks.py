"""Storing what the jobs say of open deals."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from core.upsert import upsert
from crm.models import Deal, DealOutlook

REMEMBERED_EVERY = timedelta(days=7)


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
    if rows:
        _remember(there, max(row.as_of for row in rows.values()))
    return upsert(
        DealOutlook,
        # In one order, so that writers of the same rows never wait for each other.
        ([getattr(rows[pk], name) for name in COLUMNS] for pk in there),
        fields=COLUMNS,
        key=["deal"],
        newer_by="as_of",
    )


def _remember(deals: list[int], as_of: datetime) -> None:
    """Keep the chances that are about to be replaced, once a week."""
    is_due = Q(earlier_at__isnull=True) | Q(earlier_at__lte=as_of - REMEMBERED_EVERY)
    rows = DealOutlook.objects.filter(is_due, pk__in=deals, as_of__lt=as_of)
    rows.update(earlier_probability=F("probability"), earlier_at=F("as_of"))
