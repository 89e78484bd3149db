"""Every night, or when somebody asks: what is wrong with the records is found and counted."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Max, Min
from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.registries import QualityRules, quality_rules, record_types
from core.services.quality import (
    count_records,
    forget_old_counts,
    judge_records,
    store_counts,
)

PARTITION = 1_000  # one transaction each, well under a second
KEPT_DAYS = 365


class DataQualityJob(Job):
    """First values are judged, range by range; then each type is counted in one reading.

    The order matters, because the counts read what was judged.
    """

    is_parallel = False
    prepare_share = 2

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find the records"))
        partitions = [part for rules in quality_rules for part in _ranges(rules)]
        partitions += [{"type": rules.key} for rules in quality_rules]
        run.step(gettext_noop("Check e-mail addresses and phone numbers, and count"))
        return Plan(partitions)

    def load(self, run: RunContext, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def compute(self, run: RunContext, data: dict[str, Any]) -> dict[str, Any]:
        if "lowest" in data:
            return data
        return {**data, "counted": count_records(data["type"], run.as_of)}

    def save(self, run: RunContext, results: dict[str, Any]) -> Saved:
        key = results["type"]
        if "counted" in results:
            counted = results["counted"]
            store_counts(run.run, key, counted)
            return Saved(counted[-1].total, len(counted), {"records": counted[-1].total})
        written = judge_records(key, results["lowest"], results["highest"])
        return Saved(0, written, {"faults": written})

    def finish(self, run: RunContext) -> None:
        forget_old_counts(run.as_of - timedelta(days=KEPT_DAYS))


def _ranges(rules: QualityRules) -> Iterator[dict[str, Any]]:
    if not rules.judged:
        return
    rows = record_types[rules.key].model._base_manager
    ends = rows.aggregate(lowest=Min("pk"), highest=Max("pk"))
    if ends["lowest"] is None:
        return
    for start in range(ends["lowest"], ends["highest"] + 1, PARTITION):
        yield {"type": rules.key, "lowest": start, "highest": start + PARTITION - 1}
