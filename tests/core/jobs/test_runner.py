"""A run from its question to its end, whatever happens on the way."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core.choices import PartitionState, RunState
from core.errors import InsufficientData, Refused
from core.jobs.context import RunContext
from core.jobs.leases import MAX_ATTEMPTS, claim_partition, claim_run
from core.jobs.outcomes import end_run
from core.models import AuditEvent, JobPartition, JobRun, Notification, User
from tests.core.jobs import tiny
from tests.core.jobs.tiny import squares
from tests.factories import UserFactory
from tests.running import carry_out, lose_worker, make_due, work_once

pytestmark = pytest.mark.django_db

AskFor = Callable[..., JobRun]
BOTH = pytest.mark.parametrize("kind", ["tests.squares", "tests.ordered"])


def fail_times(times: int, error: Exception) -> Callable[..., None]:
    """A hook that raises the first times it is called."""
    left = [error] * times

    def hook(*_args: Any) -> None:
        if left:
            raise left.pop()

    return hook


# -- the good end --------------------------------------------------------------------------------


@BOTH
def test_run_does_everything_once_and_counts_it(ask_for: AskFor, kind: str) -> None:
    run = ask_for(1, 2, 3, 4, 5, kind=kind)
    work_once(run)
    assert run.state == RunState.SUCCEEDED
    assert squares() == [1, 4, 9, 16, 25]
    assert (run.rows_read, run.rows_written, run.result["sum"]) == (5, 5, 55)
    assert (run.partitions_done, run.partitions_total, run.progress) == (3, 3, 100)
    assert run.started_at is not None
    assert run.finished_at is not None
    assert run.finished_at >= run.started_at
    assert run.lease_until is None


def test_run_tells_its_steps(ask_for: AskFor) -> None:
    run = ask_for(1, 2, 3)
    work_once(run)
    first, second = run.steps.all()
    assert (first.name_text, first.detail_text) == ("Count the numbers", "3 numbers")
    assert first.finished_at is not None
    assert second.name_text == "Square them"


def test_run_without_rows_succeeds(ask_for: AskFor) -> None:
    run = ask_for()
    work_once(run)
    assert (run.state, run.progress, squares()) == (RunState.SUCCEEDED, 100, [])


def test_finish_happens_once(ask_for: AskFor) -> None:
    run = carry_out(ask_for(1, 2, 3))
    work_once(run)
    work_once(run)
    assert AuditEvent.objects.filter(action="finished", run=run).count() == 1
    assert squares() == [1, 4, 9]


def test_parallel_run_calls_helpers(ask_for: AskFor) -> None:
    for partitions, helpers in ((4, 3), (20, 7)):
        run = ask_for(*range(2 * partitions))
        assert work_once(run).calls.count((run.pk, 0)) == helpers


def test_ordered_run_calls_nobody(ask_for: AskFor) -> None:
    assert work_once(ask_for(*range(40), kind="tests.ordered")).calls == []


@BOTH
def test_progress_never_goes_back(ask_for: AskFor, kind: str) -> None:
    run = ask_for(*range(30), kind=kind)
    seen: list[int] = []

    def note(*_args: Any) -> None:
        seen.append(JobRun.objects.get(pk=run.pk).progress)

    tiny.hooks.update(prepare=note, load=note, save=note, finish=note)
    work_once(run)
    assert seen == sorted(seen)
    assert len(set(seen)) > 5
    assert max(seen) < 100
    assert run.progress == 100


# -- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["prepare", "plan", "load", "compute", "save", "finish"])
def test_passing_error_is_waited_out(ask_for: AskFor, method: str) -> None:
    """Put back with a growing wait, then everything is there once."""
    run = ask_for(1, 2, 3, 4, 5)
    tiny.hooks[method] = fail_times(2, OperationalError("database is locked"))
    waits = [seconds for _run, seconds in work_once(run).calls if seconds]
    assert run.is_active
    make_due(run)
    waits += [seconds for _run, seconds in work_once(run).calls if seconds]
    assert waits == [2, 4]
    assert work_once(run).calls == [], "nothing is done before the wait is over"
    assert run.is_active
    carry_out(run)
    assert run.state == RunState.SUCCEEDED
    assert sorted(squares()) == [1, 4, 9, 16, 25]
    assert (run.rows_read, run.rows_written, run.result["sum"]) == (5, 5, 55)


@pytest.mark.parametrize("method", ["prepare", "compute", "finish"])
def test_error_that_does_not_pass_ends_the_run(ask_for: AskFor, method: str) -> None:
    run = ask_for(1, 2)
    tiny.hooks[method] = fail_times(1_000, OperationalError("database is locked"))
    carry_out(run)
    assert run.state == RunState.FAILED
    assert "OperationalError" in run.error_text


@pytest.mark.parametrize("method", ["prepare", "plan", "load", "compute", "save", "finish"])
def test_fault_ends_the_run_with_a_sentence_and_a_log(
    ask_for: AskFor, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    run = ask_for(1, 2, 3)
    tiny.hooks[method] = fail_times(1, ZeroDivisionError("secret detail"))
    with caplog.at_level(logging.ERROR):
        work_once(run)
    assert run.state == RunState.FAILED
    assert "ZeroDivisionError" in run.error_text
    assert str(run.pk) in run.error_text
    assert "secret" not in run.error_text
    (record,) = [r for r in caplog.records if r.name == "core.jobs.runner"]
    assert record.exc_info


def test_failed_piece_saves_nothing_and_earlier_pieces_stay(ask_for: AskFor) -> None:
    run = ask_for(1, 2, 3, 4, kind="tests.ordered")

    def fail_at_the_second(_run: RunContext, results: list[int]) -> None:
        if 9 in results:
            raise ZeroDivisionError

    tiny.hooks["save"] = fail_at_the_second
    work_once(run)
    assert run.state == RunState.FAILED
    assert squares() == [1, 4]
    assert (run.partitions_done, run.rows_written) == (1, 2)


def test_failed_run_is_not_taken_up_again(ask_for: AskFor) -> None:
    run = ask_for(1, 2)
    tiny.hooks["compute"] = fail_times(1, ZeroDivisionError())
    work_once(run)
    work_once(run)
    assert (run.state, squares()) == (RunState.FAILED, [])


def test_too_little_data_is_an_answer(ask_for: AskFor) -> None:
    run = ask_for(1)
    tiny.hooks["prepare"] = fail_times(
        1, InsufficientData("%(found)s of %(needed)s", found=3, needed=50)
    )
    work_once(run)
    assert (run.state, run.error_text) == (RunState.INSUFFICIENT, "3 of 50")
    assert run.finished_at is not None


@pytest.mark.parametrize("sentence", ["Line 3 cannot be read.", "Only 90 % (of 100 %s)", "x" * 900])
def test_refusal_is_shown_word_by_word(ask_for: AskFor, sentence: str) -> None:
    run = ask_for(1)
    tiny.hooks["prepare"] = fail_times(1, Refused(sentence))
    work_once(run)
    assert (run.state, run.error_text) == (RunState.FAILED, sentence)


# -- lost workers --------------------------------------------------------------------------------


def lose(run: RunContext, *_args: Any) -> None:
    """The worker is killed here: nothing after this line happens."""
    raise KeyboardInterrupt


@BOTH
@pytest.mark.parametrize("method", ["prepare", "plan", "load", "compute", "save", "finish"])
def test_lost_worker_is_replaced_with_the_same_end_result(
    ask_for: AskFor, method: str, kind: str
) -> None:
    run = ask_for(1, 2, 3, 4, 5, kind=kind)
    tiny.hooks[method] = lose
    with pytest.raises(KeyboardInterrupt):
        work_once(run)
    tiny.hooks.clear()
    work_once(run)
    held = [run, *JobPartition.objects.filter(run=run, state=PartitionState.RUNNING)]
    for row in held:
        lose_worker(row)
    carry_out(run)
    assert run.state == RunState.SUCCEEDED
    assert sorted(squares()) == [1, 4, 9, 16, 25]
    assert (run.rows_read, run.rows_written, run.result["sum"]) == (5, 5, 55)
    assert (run.partitions_done, run.partitions_total) == (3, 3)
    assert [step.name for step in run.steps.all()] == ["Count the numbers", "Square them"]
    assert AuditEvent.objects.filter(action="finished", run=run).count() == 1


def test_rows_read_while_preparing_are_counted_once(ask_for: AskFor) -> None:
    run = ask_for(1, 2)
    JobRun.objects.filter(pk=run.pk).update(scope={"numbers": [1, 2], "read_before": 7})
    tiny.hooks["plan"] = fail_times(1, OperationalError())
    carry_out(run)
    assert run.rows_read == 9


def test_held_piece_is_left_alone(ask_for: AskFor) -> None:
    run = ask_for(1, 2)
    assert claim_run(run.pk, waiting=RunState.QUEUED, held=RunState.PREPARING)
    work_once(run)
    assert (run.state, squares()) == (RunState.PREPARING, [])


@pytest.mark.parametrize("method", ["compute", "save"])
def test_worker_taken_for_dead_saves_nothing(ask_for: AskFor, method: str) -> None:
    """It comes back after somebody else has taken its piece over."""
    run = ask_for(1, 2)

    def taken_over(*_args: Any) -> None:
        tiny.hooks.clear()
        lose_worker(JobPartition.objects.get(run=run))
        assert claim_partition(run.pk, is_parallel=True) is not None

    tiny.hooks[method] = taken_over
    work_once(run)
    if method == "compute":  # in `save` the claim is locked: a real rival would wait
        assert squares() == []
        assert JobRun.objects.get(pk=run.pk).rows_written == 0
        lose_worker(JobPartition.objects.get(run=run))
    carry_out(run)
    assert squares() == [1, 4]


def test_preparing_worker_taken_for_dead_plans_nothing(ask_for: AskFor) -> None:
    run = ask_for(1, 2, 3)

    def taken_over(*_args: Any) -> None:
        tiny.hooks.clear()
        lose_worker(run)
        assert claim_run(run.pk, waiting=RunState.QUEUED, held=RunState.PREPARING)

    tiny.hooks["prepare"] = taken_over
    work_once(run)
    assert (run.state, run.partitions.count()) == (RunState.PREPARING, 0)
    lose_worker(run)
    carry_out(run)
    assert squares() == [1, 4, 9]


@pytest.mark.parametrize("method", ["prepare", "compute", "finish"])
def test_worker_lost_again_and_again_ends_the_run(ask_for: AskFor, method: str) -> None:
    run = ask_for(1, 2)
    tiny.hooks[method] = lose
    for _attempt in range(MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            work_once(run)
        for row in (run, *run.partitions.all()):
            lose_worker(row)
    work_once(run)
    assert run.state == RunState.FAILED
    assert f"{MAX_ATTEMPTS} times" in run.error_text
    assert AuditEvent.objects.filter(action="finished").count() == 0


# -- cancelling ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["prepare", "load"])
def test_cancelled_run_stops_and_keeps_what_was_saved(ask_for: AskFor, method: str) -> None:
    run = ask_for(1, 2, 3, 4, kind="tests.ordered")
    saved: list[int] = []

    def cancel(*_args: Any) -> None:
        JobRun.objects.filter(pk=run.pk).update(cancel_requested=True)
        saved[:] = squares()

    tiny.hooks[method] = cancel
    work_once(run)
    assert run.state == RunState.CANCELLED
    assert run.finished_at is not None
    assert AuditEvent.objects.filter(action="finished").count() == 0
    assert squares() == ([] if method == "prepare" else [1, 4])


def test_ended_run_takes_no_more_results(ask_for: AskFor) -> None:
    """While one worker computes, another one's piece fails: the run has ended for both."""
    run = ask_for(1, 2)

    def fail_elsewhere(*_args: Any) -> None:
        end_run(run.pk, RunState.FAILED, "elsewhere")

    tiny.hooks["compute"] = fail_elsewhere
    work_once(run)
    assert (run.state, run.error, squares()) == (RunState.FAILED, "elsewhere", [])


def test_run_that_ended_while_it_was_prepared_stays_ended(ask_for: AskFor) -> None:
    run = ask_for(1, 2)

    def end(*_args: Any) -> None:
        end_run(run.pk, RunState.CANCELLED)

    tiny.hooks["prepare"] = end
    work_once(run)
    assert (run.state, run.partitions.count(), squares()) == (RunState.CANCELLED, 0, [])


# -- who is told ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_whoever_asked_is_told_in_the_own_language(ask_for: AskFor, language: str) -> None:
    asker = UserFactory(role="manager", language=language)
    with translation.override("en" if language != "en" else "zh-hans"):
        carry_out(ask_for(1, requested_by=asker))
    told = Notification.objects.get(user=asker)
    assert told.message_args["job"] == f"Squares ({language})"
    with translation.override("en"):
        assert told.text == f"“Squares ({language})” is done."


@pytest.mark.parametrize(
    ("error", "words"),
    [(ZeroDivisionError(), "failed"), (InsufficientData("x"), "too little data")],
)
def test_whoever_asked_is_told_of_a_bad_end(
    ask_for: AskFor, manager: User, error: Exception, words: str
) -> None:
    run = ask_for(1, requested_by=manager)
    tiny.hooks["compute"] = fail_times(1, error)
    work_once(run)
    assert words in Notification.objects.get(user=manager).text


def test_nobody_is_told_of_a_cancelled_run_or_twice(ask_for: AskFor, manager: User) -> None:
    run = ask_for(1, requested_by=manager)
    JobRun.objects.filter(pk=run.pk).update(cancel_requested=True)
    work_once(run)
    assert Notification.objects.count() == 0
    done = carry_out(ask_for(2, requested_by=manager))
    work_once(done)
    assert Notification.objects.count() == 1


@pytest.mark.parametrize("role", ["administrator", "manager", "sales", "marketing"])
def test_notification_opens_for_whoever_gets_it(
    ask_for: AskFor, role: str, log_in: Callable[..., Any]
) -> None:
    """A sales representative may import, but not open the page of the run."""
    user = UserFactory(role=role)
    carry_out(ask_for(1, requested_by=user))
    told = Notification.objects.get(user=user)
    assert log_in(user).get(told.url).status_code == 200


def test_long_runs_ask_little(ask_for: AskFor) -> None:
    """What a partition costs the database does not grow with the number of partitions."""

    def cost(number: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            work_once(ask_for(*range(number), kind="tests.ordered"))
        return len(queries)

    few, more, most = cost(20), cost(40), cost(60)
    assert most - more == more - few
