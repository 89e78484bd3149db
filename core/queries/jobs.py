"""Reads about job runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q
from django.utils import timezone

from core import permissions
from core.choices import ACTIVE_STATES, RunState
from core.jobs.kinds import JobKind, job_kinds
from core.models import JobRun, User
from core.permissions import Access
from core.phrases import duration
from core.queries.schedules import schedules_by_kind
from core.queries.start import frame_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_RUNNING = 4
STOPPED = (RunState.FAILED, RunState.INSUFFICIENT)


def steps_of(run: JobRun) -> list[dict[str, Any]]:
    """The steps so far, as the component core/components/steps.html draws them."""
    open_state = "now" if run.is_active else "failed"
    now = timezone.now()
    steps = list(run.steps.all())
    told = [
        {
            "state": "done" if step.finished_at else open_state,
            "label": step.name_text,
            "detail": step.detail_text,
            "time": duration((step.finished_at or run.finished_at or now) - step.started_at),
        }
        for step in steps
    ]
    if told and run.state in STOPPED:  # the clock of the last step was stopped with the run
        told[-1]["state"] = "failed"
    return told


def counts_of(run: JobRun, kind: JobKind) -> list[tuple[Any, int]]:
    """What the run counted, with the labels its kind gives."""
    return [(label, run.result[name]) for name, label in kind.counts.items() if name in run.result]


def last_runs(kinds: Sequence[JobKind]) -> list[dict[str, Any]]:
    """Each kind with its latest run and its schedule."""
    keys = [kind.key for kind in kinds]
    newest = JobRun.objects.filter(kind__in=keys).values("kind").annotate(last=Max("pk"))
    runs = JobRun.objects.in_bulk([row["last"] for row in newest])
    by_kind = {run.kind: run for run in runs.values()}
    schedules = schedules_by_kind()
    return [
        {"kind": kind, "run": by_kind.get(kind.key), "schedule": schedules.get(kind.key)}
        for kind in kinds
    ]


def visible_kinds(access: Access) -> list[JobKind]:
    """The kinds of jobs the user may start."""
    return [kind for kind in job_kinds if access.may(kind.permission)]


def visible_runs(user: User) -> "QuerySet[JobRun]":
    """The user's own runs; with the right to see jobs, also those that are about everybody's data.

    A run with a scope (somebody's import) is its asker's and the administrators'.
    """
    access = permissions.access_of(user)
    visible = Q(requested_by=user)
    if access.may("core.job.view"):
        kinds = visible_kinds(access)
        if not access.is_administrator:
            kinds = [kind for kind in kinds if kind.can_run_now]
        visible |= Q(kind__in=[kind.key for kind in kinds])
    return JobRun.objects.filter(visible).select_related("requested_by", "model_version")


def described(run: JobRun) -> dict[str, Any]:
    """A run with its title, how long it took and where its result is."""
    kind = job_kinds[run.kind]
    end = run.finished_at or timezone.now()
    return {
        "run": run,
        "kind": kind,
        "title": kind.title(run.scope),
        "seconds": (end - run.started_at).total_seconds() if run.started_at else None,
        "counts": counts_of(run, kind),
        "result_url": kind.result_url(run.scope) if kind.result_url else "",
    }


def running_jobs(user: User) -> dict[str, Any] | None:
    """What works for the user at the moment; nothing to say when nothing does."""
    if not frame_of(user).running:
        return None
    runs = [
        described(run) for run in visible_runs(user).filter(state__in=ACTIVE_STATES)[:MOST_RUNNING]
    ]
    return {"runs": runs} if runs else None
