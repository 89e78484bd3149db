"""Reads about job runs."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from core.jobs.kinds import JobKind
from core.models import JobRun


def last_runs(kinds: Sequence[JobKind]) -> list[dict[str, Any]]:
    """Each kind with its latest run."""
    keys = [kind.key for kind in kinds]
    newest = JobRun.objects.filter(kind__in=keys).values("kind").annotate(last=Max("pk"))
    runs = JobRun.objects.in_bulk([row["last"] for row in newest])
    by_kind = {run.kind: run for run in runs.values()}
    return [{"kind": kind, "run": by_kind.get(kind.key)} for kind in kinds]
