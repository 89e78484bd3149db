"""The sample company gets quotas and calls once its deals are there."""

from django.utils.translation import gettext_noop

from analytics.services.sample_quarter import give_sample_quarter
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan


class SampleQuarterJob(Job):
    """All in one step: some ten people."""

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Set quotas of the sample company"))
        return Plan([], save=lambda: _give(run))


def _give(run: RunContext) -> None:
    give_sample_quarter(as_of=run.as_of)
