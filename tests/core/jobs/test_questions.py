"""Asking: one run per question and moment, one active run per question, whoever asks at once."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.choices import RunState
from core.jobs.outcomes import end_run
from core.jobs.questions import ask, question_key
from core.models import AuditEvent, JobRun, User
from core.services.jobs import ask_dated_question, start_run
from tests.factories.core import NOW
from tests.running import carry_out, work_once

AskFor = Callable[..., JobRun]
LATER = NOW + timedelta(hours=1)
THREADS = 8


@pytest.mark.django_db
def test_question_asked_twice_has_one_run(ask_for: AskFor) -> None:
    first = ask_for(1, 2, as_of=NOW)
    assert ask_for(1, 2, as_of=NOW) == first
    assert JobRun.objects.count() == 1


@pytest.mark.django_db
def test_question_asked_later_is_answered_by_the_run_that_is_active(ask_for: AskFor) -> None:
    first = ask_for(1, as_of=NOW)
    assert ask_for(1, as_of=LATER) == first
    carry_out(first)
    second = ask_for(1, as_of=LATER)
    assert second != first
    assert second.question == first.question


@pytest.mark.django_db
def test_question_of_a_moment_is_answered_once(ask_for: AskFor) -> None:
    first = carry_out(ask_for(1, as_of=NOW))
    assert ask_for(1, as_of=NOW) == first
    assert ask_for(1, as_of=LATER) != first


@pytest.mark.django_db
def test_other_scope_is_another_question(ask_for: AskFor) -> None:
    assert ask_for(1, as_of=NOW) != ask_for(2, as_of=NOW)
    assert question_key("x", {"a": 1, "b": 2}) == question_key("x", {"b": 2, "a": 1})
    assert question_key("x", {"a": 1}) != question_key("x", {"a": "1"})


@pytest.mark.django_db
def test_database_refuses_a_second_active_run_of_a_question(ask_for: AskFor) -> None:
    run = ask_for(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        JobRun.objects.create(
            kind=run.kind, question=run.question, key="other", as_of=LATER, scope=run.scope
        )


@pytest.mark.django_db
def test_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        ask(kind="no.such.kind", as_of=NOW)


@pytest.mark.django_db
def test_times_that_were_missed_collapse_into_one() -> None:
    first = ask_dated_question(kind="tests.squares")
    assert ask_dated_question(kind="tests.squares") == first
    assert (first.as_of.minute, first.as_of.second) == (0, 0)
    JobRun.objects.filter(pk=first.pk).update(state=RunState.SUCCEEDED)
    assert ask_dated_question(kind="tests.squares") == first


@pytest.mark.django_db
def test_start_is_noted_with_who_asked(manager: User) -> None:
    run = start_run(kind="tests.squares", by=manager, as_of=NOW, scope={"numbers": [1]})
    event = AuditEvent.objects.get(action="job.start")
    assert (event.actor, event.run, run.requested_by) == (manager, run, manager)


@pytest.mark.django_db
def test_success_asks_the_question_that_follows_once(ask_for: AskFor, manager: User) -> None:
    run = ask_for(1, requested_by=manager)
    calls = work_once(run).calls
    work_once(run)
    asked = JobRun.objects.get(kind="tests.following")
    assert calls == [(asked.pk, 0)], "a worker is called to it"
    assert (asked.as_of, asked.requested_by) == (run.finished_at, manager)


@pytest.mark.django_db
@pytest.mark.parametrize("end", [RunState.FAILED, RunState.CANCELLED, RunState.INSUFFICIENT])
def test_nothing_follows_a_run_without_success(ask_for: AskFor, end: RunState) -> None:
    end_run(ask_for(1).pk, end)
    assert not JobRun.objects.filter(kind="tests.following").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("end", [RunState.SUCCEEDED, RunState.FAILED, RunState.INSUFFICIENT])
def test_what_came_in_while_the_following_run_was_at_work_is_not_forgotten(
    ask_for: AskFor, end: RunState
) -> None:
    """Two imports in a row: the score of the first is being computed when the second ends."""
    carry_out(ask_for(1))
    following = JobRun.objects.get(kind="tests.following")
    JobRun.objects.filter(pk=following.pk).update(state=RunState.WORKING, started_at=timezone.now())
    second = carry_out(ask_for(2))
    assert JobRun.objects.get(kind="tests.following") == following, "one at a time"
    (again,) = end_run(following.pk, end)
    assert JobRun.objects.get(pk=again).as_of == second.finished_at
    assert end_run(again, RunState.FAILED) == []


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_one_run() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one writer in at a time; PostgreSQL lets them collide.")
    barrier, found = Barrier(THREADS), []

    def question(number: int) -> None:
        try:
            barrier.wait()
            found.append(
                ask(kind="tests.squares", as_of=NOW + timedelta(seconds=number), scope={}).pk
            )
        finally:
            connection.close()

    in_threads(question)
    assert len(found) == THREADS
    assert len(set(found)) == 1
    assert JobRun.objects.count() == 1


def in_threads(work: Callable[[int], Any]) -> None:
    threads = [Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()
