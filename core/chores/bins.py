"""Every night: what has been kept for too long is deleted for good: of the bin, of the API, and archives."""

from typing import Any

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.jobs.ranges import ranges, within
from core.models import OwnedRecord
from core.registries import record_types
from core.services.api_answers import forget_old_answers
from core.services.archives import forget_old_archives
from core.services.bins import erase, overdue


class EmptyBinJob(Job):
    """Range by range of ids, one record type after the other; what is gone is not found again."""

    is_parallel = False

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Look through the bin"))
        partitions: list[dict[str, Any]] = []
        for kind in record_types:
            if issubclass(kind.model, OwnedRecord):
                ids = overdue(kind, run.as_of).order_by("pk").values_list("pk", flat=True)
                found = ranges(ids.iterator(chunk_size=5_000))
                partitions += [{"type": kind.key, **cut} for cut in found]
        run.step(gettext_noop("Delete for good"))
        return Plan(partitions)

    def load(self, run: RunContext, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def compute(self, run: RunContext, data: dict[str, Any]) -> dict[str, Any]:
        return data

    def save(self, run: RunContext, results: dict[str, Any]) -> Saved:
        kind = record_types[results["type"]]
        rows = within(overdue(kind, run.as_of), results)
        erased = erase(kind=kind, rows=rows, by=None)
        counts = {"erased": erased.count, "left": erased.left_alone}
        return Saved(erased.count + erased.left_alone, erased.count, counts)

    def finish(self, run: RunContext) -> None:
        forget_old_answers(at=run.as_of)
        forget_old_archives(at=run.as_of)
