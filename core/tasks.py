"""Wake-ups: an id in, one call, nothing remembered."""

from celery import shared_task

from core.jobs.recovery import runs_to_wake
from core.jobs.runner import execute_run
from core.queue import enqueue
from core.services.jobs import ask_dated_question


@shared_task(name="core.run_job")
def run_job(run_id: int) -> None:
    """Do what can be done of a run."""
    execute_run(run_id, wake=wake)


def wake(run_id: int, seconds: float = 0) -> None:
    """Call a worker to the run."""
    enqueue(run_job, run_id, countdown=seconds)


@shared_task(name="core.recover_runs")
def recover_runs() -> None:
    """Wake runs that nobody works on."""
    for run_id in runs_to_wake():
        wake(run_id)


@shared_task(name="core.ask_question")
def ask_question(kind: str) -> None:
    """A schedule asks its question; times that were missed collapse into one."""
    wake(ask_dated_question(kind=kind).pk)
