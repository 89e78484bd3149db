"""Storing the cohorts of customers and leads."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from analytics.choices import CohortKind
from analytics.models import Cohort
from core.models import JobRun

__all__ = ["months_between", "store_cohorts"]


@transaction.atomic
def store_cohorts(
    kind: CohortKind,
    cells: Iterable[tuple[date, date, int, Any]],
    sizes: dict[date, int],
    *,
    until: date,
    run: JobRun,
    as_of: datetime,
) -> int:
    """The cohorts as they stand now, in the place of those before; returns how many there are.

    An older run that ends late changes nothing.
    """
    stored = Cohort.objects.filter(kind=kind)
    if stored.filter(as_of__gt=as_of).exists():
        return 0
    stored.delete()
    by_month: dict[date, dict[int, tuple[int, float]]] = defaultdict(dict)
    for month, later, people, amount in cells:
        by_month[month][months_between(month, later)] = (people, float(amount or 0))
    rows = [
        _row(kind, month, size, by_month[month], months_between(month, until) + 1)
        for month, size in sorted(sizes.items())
    ]
    for row in rows:
        row.run, row.as_of = run, as_of
    return len(Cohort.objects.bulk_create(rows))


def _row(
    kind: CohortKind, month: date, size: int, cells: dict[int, tuple[int, float]], length: int
) -> Cohort:
    told = [cells.get(place, (0, 0.0)) for place in range(length)]
    return Cohort(
        kind=kind,
        month=month,
        size=size,
        counts=[people for people, _amount in told],
        amounts=[round(amount, 2) for _people, amount in told],
    )


def months_between(first: date, later: date) -> int:
    """How many months the later one lies after the first one.

    >>> months_between(date(2025, 11, 1), date(2026, 2, 1))
    3
    """
    return 12 * (later.year - first.year) + later.month - first.month
