"""Removing the sample company, portion by portion; what was interrupted goes on."""

from typing import Any

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from crm.services.sample.removal import clear_ground, portions, remove_portion


class SampleRemovalJob(Job):
    """Records first, in the order in which nothing is left hanging; then what they stood on."""

    is_parallel = False
    prepare_share = 1

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Remove the sample records"))
        return Plan(portions())

    def load(self, run: RunContext, payload: dict[str, Any]) -> dict[str, Any]:
        return payload

    def compute(self, run: RunContext, data: dict[str, Any]) -> dict[str, Any]:
        return data

    def save(self, run: RunContext, results: dict[str, Any]) -> Saved:
        removed = remove_portion(**results)
        return Saved(removed, removed, {"removed": removed})

    def finish(self, run: RunContext) -> None:
        clear_ground(by=run.run.requested_by)
