"""Recovery wakes exactly the runs that somebody could work on now."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from core import tasks
from core.choices import PartitionState, RunState
from core.jobs.kinds import job_kinds
from core.jobs.questions import ask
from core.jobs.recovery import runs_to_wake
from core.models import JobPartition, JobRun
from core.queue import QUEUES
from tests.running import work_once

pytestmark = pytest.mark.django_db

AskFor = Callable[..., JobRun]

PAST, FUTURE = timedelta(seconds=-5), timedelta(minutes=5)
DONE, PENDING, RUNNING = PartitionState.DONE, PartitionState.PENDING, PartitionState.RUNNING

# State of the run, its lease, its wait; state, lease and wait of its partitions; is it woken?
CASES: list[tuple[Any, ...]] = [
    (RunState.QUEUED, None, None, [], True),
    (RunState.QUEUED, None, PAST, [], True),
    (RunState.QUEUED, None, FUTURE, [], False),
    (RunState.PREPARING, FUTURE, None, [], False),
    (RunState.PREPARING, PAST, None, [], True),
    (RunState.WORKING, None, None, [(PENDING, None, None)], True),
    (RunState.WORKING, None, None, [(DONE, None, None), (PENDING, None, FUTURE)], False),
    (RunState.WORKING, None, None, [(RUNNING, FUTURE, None)], False),
    (RunState.WORKING, None, None, [(RUNNING, PAST, None)], True),
    # The worker that is at work goes on with the next partition by itself.
    (RunState.WORKING, None, None, [(RUNNING, FUTURE, None), (PENDING, None, None)], False),
    (RunState.WORKING, None, None, [(RUNNING, PAST, None), (PENDING, None, FUTURE)], True),
    (RunState.WORKING, None, None, [(DONE, None, None)], True),
    (RunState.WORKING, None, None, [], True),
    (RunState.WORKING, None, FUTURE, [(DONE, None, None)], False),
    (RunState.FINISHING, FUTURE, None, [(DONE, None, None)], False),
    (RunState.FINISHING, PAST, None, [(DONE, None, None)], True),
    (RunState.SUCCEEDED, None, None, [], False),
    (RunState.FAILED, PAST, None, [(PENDING, None, None)], False),
    (RunState.CANCELLED, None, None, [(RUNNING, PAST, None)], False),
]


def moment(distance: timedelta | None) -> Any:
    return None if distance is None else timezone.now() + distance


@pytest.mark.parametrize(("state", "lease", "wait", "partitions", "is_woken"), CASES)
def test_run_is_woken_when_there_is_something_to_do(
    ask_for: AskFor, state: str, lease: Any, wait: Any, partitions: list[Any], is_woken: bool
) -> None:
    run = ask_for(1)
    JobRun.objects.filter(pk=run.pk).update(
        state=state, lease_until=moment(lease), not_before=moment(wait)
    )
    for position, (piece, held, waits) in enumerate(partitions):
        JobPartition.objects.create(
            run=run,
            position=position,
            state=piece,
            lease_until=moment(held),
            not_before=moment(waits),
        )
    assert (run.pk in runs_to_wake()) == is_woken


def test_ordered_run_whose_first_piece_waits_is_not_woken_in_vain(ask_for: AskFor) -> None:
    """It may be woken, but nothing happens and the order is kept."""
    run = ask_for(1, 2, 3, 4, kind="tests.ordered")
    JobRun.objects.filter(pk=run.pk).update(state=RunState.WORKING, partitions_total=2)
    for position, wait in enumerate([FUTURE, None]):
        JobPartition.objects.create(
            run=run, position=position, payload={"numbers": [position]}, not_before=moment(wait)
        )
    work_once(run)
    assert (run.state, run.partitions_done) == (RunState.WORKING, 0)


def test_recovery_task_wakes_the_runs(
    ask_for: AskFor, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, called = ask_for(1), []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda args, **_options: called.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.recover_runs()
    assert called == [(run.pk,)]


def test_task_works_and_asks_what_follows(
    ask_for: AskFor, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, called = ask_for(1, 2), []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda args, **_options: called.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_job(run.pk)
    run.refresh_from_db()
    following = JobRun.objects.get(kind="tests.following")
    assert run.state == RunState.SUCCEEDED
    assert called == [(following.pk,)]


def test_schedule_asks_once_a_day(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda args, **_options: called.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        tasks.ask_question("tests.squares")
        tasks.ask_question("tests.squares")
    assert JobRun.objects.count() == 1
    assert len(called) == 2, "waking twice is harmless"


@pytest.mark.parametrize(
    ("kind", "queue"), [("core.data_quality", "background"), ("core.bulk_change", "celery")]
)
def test_what_nobody_waits_for_queues_apart(
    kind: str,
    queue: str,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda queue, **_options: told.append(queue))
    run = ask(kind=kind, as_of=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        tasks.wake(run.pk)
    assert told == [queue]


def test_workers_know_both_queues() -> None:
    """And what is long even for a command is of the background."""
    assert tuple(queue.name for queue in settings.CELERY_TASK_QUEUES) == QUEUES
    assert [kind.key for kind in job_kinds if kind.is_long and not kind.is_background] == []
