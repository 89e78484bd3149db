"""What the people of each company have bought and will buy, added up for lists of companies."""

from typing import Any

from django.db.models import Max, Min
from django.utils.translation import gettext_noop

from analytics.services.told_segments import tell_segments
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from crm.models import Company
from crm.services.company_lifetimes import CompanyTotals, company_totals, store_company_totals

PARTITION_IDS = 2_000
Totals = tuple[dict[str, int], list[CompanyTotals]]


class CompanyTotalsJob(Job):
    """Follows on what is said of contacts: their value ahead and their segments."""

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Add up what is said of the contacts of each company"))
        ends = Company._base_manager.aggregate(lowest=Min("pk"), highest=Max("pk"))
        if ends["lowest"] is None:
            return Plan([])
        return Plan(
            [
                {"lowest": first, "highest": first + PARTITION_IDS - 1}
                for first in range(ends["lowest"], ends["highest"] + 1, PARTITION_IDS)
            ]
        )

    def load(self, run: RunContext, payload: dict[str, Any]) -> Totals:
        return payload, company_totals(**payload, run=run.run.pk, as_of=run.as_of)

    def compute(self, run: RunContext, data: Totals) -> Totals:
        return data

    def save(self, run: RunContext, results: Totals) -> Saved:
        within, said = results
        written = store_company_totals(said, **within, as_of=run.as_of)
        return Saved(len(said), written)

    def finish(self, run: RunContext) -> None:
        tell_segments(run)
