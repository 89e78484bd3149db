"""Partitions that are ranges of ids."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from core.jobs.context import RunContext
from core.jobs.kinds import Plan

PER_PARTITION = 500


def ranges(ids: Iterable[int]) -> Iterator[dict[str, Any]]:
    """Ids in rising order, cut into ranges."""
    source = iter(ids)
    while batch := list(islice(source, PER_PARTITION)):
        yield {"first": batch[0], "last": batch[-1]}


def plan_over(run: RunContext, rows: QuerySet[Any]) -> Plan:
    """The partitions over the numbers of the rows; only their ends are kept."""
    ids = rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=5_000)
    partitions = list(ranges(ids))
    run.check()
    return Plan(partitions)


def within(rows: QuerySet[Any], payload: dict[str, Any]) -> QuerySet[Any]:
    return rows.filter(pk__gte=payload["first"], pk__lte=payload["last"])
