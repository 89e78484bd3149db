"""Doing a run in this process: for commands that have to be done when they end."""

import time
from collections import deque

from core.jobs.kinds import job_kinds
from core.jobs.runner import execute_run
from core.models import JobRun

PAUSE_SECONDS = 1.0


def do_here(run_id: int, *, patience: float) -> JobRun:
    """Do the run and whatever it asks for that is not long; wait so many seconds for pieces that a lost
    worker holds."""
    following: deque[int] = deque()

    def wake(other: int, _seconds: float) -> None:
        if other != run_id and other not in following:
            following.append(other)

    give_up = time.monotonic() + patience
    while True:
        execute_run(run_id, wake=wake)
        run = JobRun.objects.get(pk=run_id)
        if not run.is_active or time.monotonic() > give_up:
            break
        time.sleep(PAUSE_SECONDS)
    while following:
        other = JobRun.objects.get(pk=following.popleft())
        if not job_kinds[other.kind].is_long:
            execute_run(other.pk, wake=wake)
    return run
