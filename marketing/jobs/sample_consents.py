"""The sample company's contacts agree to messages once they are there."""

from django.utils.translation import gettext_noop

from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan
from marketing.services.sample_consents import make_sample_consents


class SampleConsentsJob(Job):
    """All in one step: a few words of each of some thousand contacts."""

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Note consents of the sample company"))
        return Plan([], save=lambda: _make(run))


def _make(run: RunContext) -> None:
    make_sample_consents(as_of=run.as_of)
