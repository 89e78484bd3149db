"""Starting, cancelling and following up job runs."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, permissions
from core.choices import ACTIVE_STATES, RunState
from core.errors import Refused
from core.jobs.kinds import job_kinds, kinds_following
from core.jobs.outcomes import end_run
from core.jobs.questions import ask
from core.models import JobRun

if TYPE_CHECKING:
    from core.models import User


@transaction.atomic
def start_run(
    *, kind: str, by: "User", as_of: datetime, scope: dict[str, Any] | None = None
) -> JobRun:
    """A user asks a question now; while one like it runs, that run is the answer."""
    permissions.require(by, job_kinds[kind].permission)
    run = ask(kind=kind, as_of=as_of, scope=scope, requested_by=by)
    audit.record(actor=by, action="job.start", run=run)
    return run


@transaction.atomic
def cancel_run(*, run: JobRun, by: "User") -> None:
    """Ask the workers to stop; a run that nobody has taken yet ends at once."""
    permissions.require(by, job_kinds[run.kind].permission)
    asked = JobRun.objects.filter(pk=run.pk, state__in=ACTIVE_STATES).update(cancel_requested=True)
    if not asked:
        raise Refused(_("This run has already ended."))
    run.refresh_from_db(fields=["state"])  # somebody may have taken it since it was read
    if run.state == RunState.QUEUED:
        end_run(run.pk, RunState.CANCELLED)
    audit.record(actor=by, action="job.cancel", run=run)


def ask_dated_question(*, kind: str) -> JobRun:
    """The question of today (UTC), as a schedule asks it: one run however often it is asked."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return ask(kind=kind, as_of=midnight)


def ask_following(run_id: int) -> list[int]:
    """Ask what follows the run, once per run; returns the ids of the runs that answer.

    Its success is followed by the kinds that declare so. A run that was active while something it
    follows succeeded may have read too early, so its question is asked again.
    """
    run = JobRun.objects.get(pk=run_id)
    if run.is_active or run.finished_at is None:
        return []
    asked = [ask(kind=run.kind, as_of=moment, seed=run.seed) for moment in _read_too_early(run)]
    if run.state == RunState.SUCCEEDED:
        asked += [
            ask(kind=kind.key, as_of=run.finished_at, requested_by=run.requested_by)
            for kind in kinds_following(run.kind)
        ]
    return [answer.pk for answer in asked]


def _read_too_early(run: JobRun) -> list[datetime]:
    """The moment of the latest success that the run should have waited for, if any."""
    followed = JobRun.objects.filter(
        kind__in=job_kinds[run.kind].follows,
        state=RunState.SUCCEEDED,
        finished_at__gt=run.as_of,
        finished_at__lte=run.finished_at,
    )
    moments = followed.order_by("-finished_at").values_list("finished_at", flat=True)[:1]
    return [moment for moment in moments if moment is not None]
