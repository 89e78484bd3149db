"""The sample company gets past campaigns once its contacts are there."""

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan
from marketing.services.sample_campaigns import make_sample_campaigns


class SampleCampaignsJob(Job):
    """All in one step: three campaigns to some thousand contacts."""

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Make campaigns of the sample company"))
        return Plan([], save=lambda: _make(run))


def _make(run: RunContext) -> None:
    make_sample_campaigns(as_of=run.as_of)
