"""Bringing the whole index of search up to date: for records from before, and as a repair."""

from typing import Any

from django.db.models import Max, Min
from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import SearchEntry
from core.registries import RecordType, record_types
from core.search.entries import searched_types
from core.services.search import index_records

PARTITION = 500  # one transaction each, well under a second


class SearchRebuildJob(Job):
    """Ranges of ids of each record type; only entries that are not right are written.

    With a `link` in its scope only the records that the link ties to the `ids`.
    """

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find the records"))
        if "link" in run.scope:
            partitions = _linked(run.scope)
        else:
            partitions = [part for kind in searched_types() for part in _ranges(kind)]
        run.step(gettext_noop("Bring the search index up to date"))
        return Plan(partitions)

    def load(self, run: RunContext, payload: dict[str, Any]) -> tuple[str, list[int]]:
        kind = payload["kind"]
        if "ids" in payload:
            return kind, payload["ids"]
        bounds = (payload["lowest"], payload["highest"])
        model = record_types[kind].model
        ids = set(model._base_manager.filter(pk__range=bounds).values_list("pk", flat=True))
        entries = SearchEntry.objects.filter(object_type=kind, object_id__range=bounds)
        return kind, sorted(ids | set(entries.values_list("object_id", flat=True)))

    def compute(self, run: RunContext, data: tuple[str, list[int]]) -> tuple[str, list[int]]:
        return data

    def save(self, run: RunContext, results: tuple[str, list[int]]) -> Saved:
        kind, ids = results
        # Records that hold a name of these have their own turn.
        return Saved(len(ids), index_records(kind, ids, with_dependents=False))


def _linked(scope: dict[str, Any]) -> list[dict[str, Any]]:
    kind = record_types[scope["kind"]]
    rows = kind.model._base_manager.filter(**{f"{scope['link']}__in": scope["ids"]})
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    starts = range(0, len(ids), PARTITION)
    return [{"kind": kind.key, "ids": ids[start : start + PARTITION]} for start in starts]


def _ranges(kind: RecordType) -> list[dict[str, Any]]:
    ends = [
        kind.model._base_manager.aggregate(Min("pk"), Max("pk")).values(),
        SearchEntry.objects.filter(object_type=kind.key)
        .aggregate(Min("object_id"), Max("object_id"))
        .values(),
    ]
    found = [end for pair in ends for end in pair if end is not None]
    if not found:
        return []
    starts = range(min(found), max(found) + 1, PARTITION)
    return [{"kind": kind.key, "lowest": s, "highest": s + PARTITION - 1} for s in starts]
