"""Reads about job runs."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Max
from django.utils import timezone

from core.jobs.kinds import JobKind
from core.models import JobRun
from core.phrases import duration
from core.queries.schedules import schedules_by_kind


def steps_of(run: JobRun) -> list[dict[str, Any]]:
    """The steps so far, as the component core/components/steps.html draws them."""
    open_state = "now" if run.is_active else "failed"
    now = timezone.now()
    return [
        {
            "state": "done" if step.finished_at else open_state,
            "label": step.name_text,
            "detail": step.detail_text,
            "time": duration((step.finished_at or run.finished_at or now) - step.started_at),
        }
        for step in run.steps.all()
    ]


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
