"""What is asked because a run has ended."""

from datetime import datetime

from core.choices import RunState
from core.jobs.kinds import job_kinds, kinds_following
from core.jobs.questions import ask
from core.models import JobRun


def ask_following(run: JobRun) -> list[int]:
    """Ask what follows the run; returns the ids of the runs that answer.

    Its success is followed by the kinds that declare so. A run that was at work while something it
    follows succeeded may have read too early, so its question is asked again.
    """
    asked = [
        ask(kind=run.kind, scope=run.scope, as_of=moment, seed=run.seed)
        for moment in _read_too_early(run)
    ]
    if run.state == RunState.SUCCEEDED and run.finished_at is not None:
        asked += [
            ask(kind=kind.key, as_of=run.finished_at, requested_by=run.requested_by)
            for kind in kinds_following(run.kind)
        ]
    return [answer.pk for answer in asked]


def _read_too_early(run: JobRun) -> list[datetime]:
    """The moment of the latest success the run should have waited for; none once cancelled."""
    if run.state == RunState.CANCELLED or run.started_at is None:
        return []
    followed = JobRun.objects.filter(
        kind__in=job_kinds[run.kind].follows,
        state=RunState.SUCCEEDED,
        finished_at__gt=run.started_at,
        finished_at__lte=run.finished_at,
    )
    moments = followed.order_by("-finished_at").values_list("finished_at", flat=True)[:1]
    return [moment for moment in moments if moment is not None]
