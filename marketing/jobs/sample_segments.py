"""The sample company gets segments once its contacts are there."""

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan
from marketing.services.sample_segments import make_sample_segments


class SampleSegmentsJob(Job):
    """All in one step: a handful of segments of some thousand contacts."""

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Make segments of the sample company"))
        return Plan([], save=lambda: _make(run))


def _make(run: RunContext) -> None:
    make_sample_segments(as_of=run.as_of)
