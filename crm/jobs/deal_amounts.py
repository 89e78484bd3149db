"""Reckoning many deals in the base currency anew."""

from typing import Any

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from crm.services.deal_amounts import affected, recalculate_deals

SIZE = 500


class DealAmountsJob(Job):
    """The rates are read with the rows in hand, so that the last change of a rate wins."""

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Reckon the deals by the new rates"))
        ids = list(
            affected(run.scope["currency"] or None).order_by("pk").values_list("pk", flat=True)
        )
        cuts = [ids[start : start + SIZE] for start in range(0, len(ids), SIZE)]
        return Plan([{"from": cut[0], "to": cut[-1]} for cut in cuts], rows_read=len(ids))

    def load(self, run: RunContext, payload: dict[str, Any]) -> list[int]:
        deals = affected(run.scope["currency"] or None)
        rows = deals.filter(pk__gte=payload["from"], pk__lte=payload["to"])
        return list(rows.values_list("pk", flat=True))

    def compute(self, run: RunContext, data: list[int]) -> list[int]:
        return data

    def save(self, run: RunContext, results: list[int]) -> Saved:
        changed = recalculate_deals(ids=results, by=run.run.requested_by)
        return Saved(len(results), changed, {"changed": changed})
