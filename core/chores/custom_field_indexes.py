"""The index of one custom field: built when somebody sorts or filters by it, dropped when archived."""

from typing import Any

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.models import CustomField
from core.services.custom_field_indexes import build_index, drop_index


class CustomFieldIndexJob(Job):
    """One partition; the work is done while computing, because it cannot be in a transaction."""

    is_parallel = False

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Build the index"))
        return Plan([{"field": run.scope["field"]}])

    def load(self, run: RunContext, payload: dict[str, Any]) -> CustomField | None:
        return CustomField.objects.filter(pk=payload["field"]).first()

    def compute(self, run: RunContext, data: CustomField | None) -> int:
        if data is None:
            return 0
        (drop_index if data.is_archived else build_index)(data)
        return 1

    def save(self, run: RunContext, results: int) -> Saved:
        return Saved(rows_read=results, rows_written=0)
