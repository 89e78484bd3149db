"""Loading the sample company, part by part."""

from typing import Any

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.jobs.questions import ask
from core.models import SampleData
from core.services.search import REBUILD
from crm.services.sample.cast import SampleCompany
from crm.services.sample.storing import GROUND, begin_sample, part_names, read_company, store_part


class SampleCompanyJob(Job):
    """A part is a partition; what was stored before a crash is not written again."""

    is_parallel = False
    prepare_share = 1

    def __init__(self) -> None:
        self._company: SampleCompany | None = None

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Write the sample company"))
        day, by = run.as_of.date(), run.run.requested_by
        return Plan(
            [{"part": part} for part in part_names()],
            save=lambda: _begin(day, run, by),
        )

    def load(self, run: RunContext, payload: dict[str, Any]) -> str:
        part: str = payload["part"]
        if part != GROUND and self._company is None:
            self._company = read_company()
        return part

    def compute(self, run: RunContext, data: str) -> str:
        return data

    def save(self, run: RunContext, results: str) -> Saved:
        written = store_part(part=results, company=self._company)
        return Saved(0, written, {"created": written})

    def finish(self, run: RunContext) -> None:
        SampleData.objects.get(pk=1).finish(run.as_of)
        # Nobody waits for it: the next worker that looks for work finds it.
        ask(kind=REBUILD, as_of=run.as_of)


def _begin(day: Any, run: RunContext, by: Any) -> None:
    begin_sample(day=day, at=run.as_of, by=by)
