"""Starting, cancelling and following up job runs."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, permissions
from core.choices import ACTIVE_STATES, RESUMABLE_STATES, PartitionState, RunState
from core.errors import Refused
from core.jobs.kinds import job_kinds
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
    _require_say(run, by)
    asked = JobRun.objects.filter(pk=run.pk, state__in=ACTIVE_STATES).update(cancel_requested=True)
    if not asked:
        raise Refused(_("This run has already ended."))
    run.refresh_from_db(fields=["state"])  # somebody may have taken it since it was read
    if run.state == RunState.QUEUED:
        end_run(run.pk, RunState.CANCELLED)
    audit.record(actor=by, action="job.cancel", run=run)


@transaction.atomic
def resume_run(*, run: JobRun, by: "User") -> None:
    """Go on with a run that failed or was cancelled, where it stopped."""
    _require_say(run, by)
    ended = JobRun.objects.filter(pk=run.pk, state__in=RESUMABLE_STATES)
    if JobRun.objects.filter(question=run.question).active().exists() or not ended.update(
        state=RunState.WORKING if run.partitions_total else RunState.QUEUED,
        cancel_requested=False,
        finished_at=None,
        attempts=0,
        not_before=None,
        error="",
        error_args={},
    ):
        raise Refused(_("This run cannot go on: it is done, or one like it is at work."))
    run.partitions.exclude(state=PartitionState.DONE).update(
        state=PartitionState.PENDING,
        claim=F("claim") + 1,
        attempts=0,
        lease_until=None,
        not_before=None,
    )
    audit.record(actor=by, action="job.resume", run=run)


def _require_say(run: JobRun, by: "User") -> None:
    """Refuse unless the user may start this kind of job or, of a kind without a right, asked for it."""
    permission = job_kinds[run.kind].permission
    if permission:
        permissions.require(by, permission)
    elif run.requested_by_id != by.pk and not permissions.access_of(by).is_administrator:
        raise PermissionDenied(_("This run is somebody else's."))


def ask_dated_question(*, kind: str, scope: dict[str, Any] | None = None) -> JobRun:
    """The question of this hour, as a schedule asks it: one run however often it is asked."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    return ask(kind=kind, scope=scope, as_of=hour)
