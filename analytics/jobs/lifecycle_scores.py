"""The policy that serves, applied to all contacts and companies by parts."""

from typing import Any

from django.db.models import Max, Min
from django.utils.translation import gettext_noop

from analytics.queries.lifecycle import Policy, policy
from analytics.services.life_worth import place_companies, worth_of
from analytics.services.lives import Worthy, store_worth
from analytics.services.told_segments import tell_segments
from core.errors import InsufficientData
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from crm.models import Company, ContactLife

PARTITION_IDS = 2_000
CONTACTS, COMPANIES = "contacts", "companies"
NO_POLICY = gettext_noop(
    "Nobody has worked out the lifecycle yet. Run it first; this run follows by itself."
)


class LifecycleScoresJob(Job):
    """Contacts first; companies follow on what is said of their contacts."""

    is_parallel = False
    prepare_share = 2

    def __init__(self) -> None:
        self._policy: Policy | None = None

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Say what contacts and companies are worth"))
        if policy() is None:
            raise InsufficientData(NO_POLICY)
        return Plan([*_ranges(CONTACTS, ContactLife), *_ranges(COMPANIES, Company)])

    def load(self, run: RunContext, payload: dict[str, Any]) -> Any:
        self._policy = self._policy or policy()
        within = {"pk__gte": payload["lowest"], "pk__lte": payload["highest"]}
        if payload["of"] == COMPANIES:
            return list(Company.objects.kept().filter(**within).values_list("pk", flat=True))
        return list(ContactLife.objects.filter(**within).order_by("pk"))

    def compute(self, run: RunContext, data: list[Any]) -> list[Any]:
        if not data or self._policy is None or isinstance(data[0], int):
            return data
        return worth_of(data, self._policy, run.as_of)

    def save(self, run: RunContext, results: list[Any]) -> Saved:
        if not results or self._policy is None:
            return Saved(0, 0)
        if isinstance(results[0], Worthy):
            written = store_worth(results, version=self._policy.version, as_of=run.as_of)
        else:
            written = place_companies(results, run.as_of)
        return Saved(len(results), written)

    def finish(self, run: RunContext) -> None:
        tell_segments(run)


def _ranges(of: str, model: Any) -> list[dict[str, Any]]:
    ends = model.objects.aggregate(lowest=Min("pk"), highest=Max("pk"))
    if ends["lowest"] is None:
        return []
    return [
        {"of": of, "lowest": first, "highest": first + PARTITION_IDS - 1}
        for first in range(ends["lowest"], ends["highest"] + 1, PARTITION_IDS)
    ]
