"""Moving the deals of a stage that was taken out of use, when they are many."""

from typing import Any

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.jobs.ranges import plan_over, within
from crm.models import Stage
from crm.services.stages import deals_of, move_deals


class StageRemovalJob(Job):
    """Deals in ranges of their numbers; no new ones come, the stage is out of use already."""

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Find the deals"))
        plan = plan_over(run, deals_of(run.scope["stage"]))
        run.step(gettext_noop("Move them"))
        return plan

    def load(self, run: RunContext, payload: dict[str, Any]) -> list[int]:
        rows = within(deals_of(run.scope["stage"]), payload)
        return list(rows.values_list("pk", flat=True))

    def compute(self, run: RunContext, data: list[int]) -> list[int]:
        return data

    def save(self, run: RunContext, results: list[int]) -> Saved:
        target = Stage.objects.select_related("pipeline").get(pk=run.scope["target"])
        moved = move_deals(ids=results, target=target, by=run.run.requested_by, at=run.as_of)
        return Saved(len(results), moved, {"moved": moved})
