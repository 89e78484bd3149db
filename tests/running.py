"""Doing the work of workers in the test's own process."""

from datetime import timedelta

from django.utils import timezone

from core.jobs.runner import execute_run
from core.models import JobPartition, JobRun

MOST_TURNS = 50


class Wakes:
    """Notes who is called to a run, and when."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, float]] = []

    def __call__(self, run_id: int, seconds: float) -> None:
        self.calls.append((run_id, seconds))


def work_once(run: JobRun) -> Wakes:
    """One worker's turn at the run."""
    wakes = Wakes()
    execute_run(run.pk, wake=wakes)
    run.refresh_from_db()
    return wakes


def carry_out(run: JobRun) -> JobRun:
    """Turns until the run has ended; what was put back is due at once."""
    for _turn in range(MOST_TURNS):
        work_once(run)
        if not run.is_active:
            return run
        make_due(run)
    raise AssertionError(f"{run} is still {run.state} after {MOST_TURNS} turns.")


def make_due(run: JobRun) -> None:
    """The time that pieces were to wait has passed."""
    JobRun.objects.filter(pk=run.pk).update(not_before=None)
    JobPartition.objects.filter(run=run).update(not_before=None)


def lose_worker(row: JobRun | JobPartition) -> None:
    """Its lease has ended without a sign of life."""
    past = timezone.now() - timedelta(seconds=1)
    type(row).objects.filter(pk=row.pk).update(lease_until=past)
