"""The jobs pages: live progress, starting, cancelling."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import RunState
from core.errors import Refused
from core.models import AuditEvent, JobPartition, JobRun, JobStep, User
from core.queries.jobs import steps_of
from core.services.jobs import cancel_run, resume_run
from tests.factories import FileImportFactory, JobRunFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
POLL = {"HX-Request": "true", "HX-Target": "run"}


def queued(**more: Any) -> JobRun:
    return JobRunFactory(state=RunState.QUEUED, finished_at=None, **more)


def test_job_is_started_once_however_often_it_is_asked_for(manager: User, log_in: LogIn) -> None:
    client = log_in(manager)
    url = reverse("job_start", args=["analytics.lead_score"])
    first, second = client.post(url), client.post(url)
    run = JobRun.objects.get()
    assert first["Location"] == second["Location"] == reverse("job_run", args=[run.pk])
    assert (run.kind, run.requested_by, run.state) == ("analytics.lead_score", manager, "queued")


@pytest.mark.parametrize("kind", ["crm.file_import", "no.such.kind"])
def test_kind_that_needs_a_scope_is_not_started(manager: User, log_in: LogIn, kind: str) -> None:
    assert log_in(manager).post(reverse("job_start", args=[kind])).status_code == 404
    assert JobRun.objects.count() == 0


def test_start_needs_the_permission_of_the_kind(log_in: LogIn) -> None:
    from core.choices import Reach
    from tests.factories import RoleFactory, UserFactory

    user = UserFactory(roles=[RoleFactory(grants={"core.job.view": Reach.ALL})])
    client = log_in(user)
    run = queued()
    assert client.post(reverse("job_start", args=[run.kind])).status_code == 403
    assert client.get(reverse("job_run", args=[run.pk])).status_code == 404
    assert client.post(reverse("job_cancel", args=[run.pk])).status_code == 404


@pytest.mark.parametrize(
    ("state", "shown"),
    [(RunState.SUCCEEDED, "done"), (RunState.FAILED, "failed"), (RunState.INSUFFICIENT, "failed")],
)
def test_last_step_of_a_run_that_failed_is_no_done_one(state: RunState, shown: str) -> None:
    run = JobRunFactory(state=state)
    for name in ("Read", "Count"):
        JobStep.objects.create(run=run, name=name, started_at=NOW, finished_at=NOW)
    assert [step["state"] for step in steps_of(run)] == ["done", shown]


def test_waiting_run_is_cancelled_at_once(manager: User, log_in: LogIn) -> None:
    run = queued()
    log_in(manager).post(reverse("job_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, run.cancel_requested) == (RunState.CANCELLED, True)
    assert AuditEvent.objects.filter(action="job.cancel", run=run, actor=manager).exists()


def test_running_run_is_only_asked_to_stop(manager: User) -> None:
    run = queued()
    JobRun.objects.filter(pk=run.pk).update(state=RunState.WORKING)
    cancel_run(run=JobRun.objects.get(pk=run.pk), by=manager)
    run.refresh_from_db()
    assert (run.state, run.cancel_requested) == (RunState.WORKING, True)


def test_run_that_has_ended_cannot_be_cancelled(manager: User) -> None:
    with pytest.raises(Refused, match="already ended"):
        cancel_run(run=JobRunFactory(), by=manager)


def test_run_that_somebody_has_taken_meanwhile_is_not_ended_under_their_hands(
    manager: User,
) -> None:
    """The page showed it waiting; a worker took it before the button was pressed."""
    run = queued()
    JobRun.objects.filter(pk=run.pk).update(state=RunState.PREPARING)
    cancel_run(run=run, by=manager)
    run.refresh_from_db()
    assert (run.state, run.cancel_requested) == (RunState.PREPARING, True)


def test_page_polls_until_the_run_has_ended(manager: User, log_in: LogIn) -> None:
    client, run = log_in(manager), queued()
    url = reverse("job_run", args=[run.pk])
    answer = client.get(url, headers=POLL)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    JobRun.objects.update(state=RunState.SUCCEEDED, finished_at=timezone.now(), progress=100)
    assert client.get(url, headers=POLL).status_code == 286
    assert client.get(url).status_code == 200


def test_page_of_a_failed_run_says_why(manager: User, log_in: LogIn) -> None:
    run = JobRunFactory(
        state=RunState.FAILED, error="Line %(line)s cannot be read.", error_args={"line": 7}
    )
    page = log_in(manager).get(reverse("job_run", args=[run.pk])).content.decode()
    assert "Line 7 cannot be read." in page


def test_time_left_is_told_from_the_speed_so_far() -> None:
    started = timezone.now()
    run = JobRunFactory.build(state=RunState.WORKING, started_at=started, progress=25)
    now = started + timezone.timedelta(seconds=10)
    assert run.seconds_left(now) == pytest.approx(30)
    run.progress = 1
    assert run.seconds_left(now) is None
    run.progress, run.state = 50, RunState.SUCCEEDED
    assert run.seconds_left(now) is None


# -- going on ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.CANCELLED])
def test_run_that_stopped_goes_on_where_it_stopped(
    state: RunState, manager: User, log_in: LogIn
) -> None:
    run = JobRunFactory(state=state, partitions_total=2, partitions_done=1, error="x")
    for position, piece in enumerate(("done", "running")):
        JobPartition.objects.create(run=run, position=position, state=piece, attempts=5)
    log_in(manager).post(reverse("job_resume", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, run.error, run.finished_at) == (RunState.WORKING, "", None)
    pieces = list(run.partitions.order_by("position").values_list("state", "attempts"))
    assert pieces == [("done", 5), ("pending", 0)]
    assert AuditEvent.objects.filter(action="job.resume", run=run, actor=manager).exists()


def test_run_that_had_not_begun_is_asked_again(manager: User) -> None:
    run = JobRunFactory(state=RunState.CANCELLED, cancel_requested=True)
    resume_run(run=run, by=manager)
    run.refresh_from_db()
    assert (run.state, run.cancel_requested) == (RunState.QUEUED, False)


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.INSUFFICIENT, RunState.QUEUED])
def test_run_that_is_done_or_at_work_does_not_go_on(state: RunState, manager: User) -> None:
    with pytest.raises(Refused, match="cannot go on"):
        resume_run(run=JobRunFactory(state=state), by=manager)


def test_one_run_of_a_question_at_a_time_goes_on(manager: User) -> None:
    failed = JobRunFactory(state=RunState.FAILED, scope={})
    later = NOW + timezone.timedelta(days=1)
    JobRunFactory(state=RunState.QUEUED, scope={}, as_of=later)
    with pytest.raises(Refused, match="cannot go on"):
        resume_run(run=failed, by=manager)


def test_people_watch_and_cancel_their_own_runs(
    sales: User, colleague: User, log_in: LogIn
) -> None:
    """Without the right to see the jobs page."""
    upload = FileImportFactory(created_by=sales)
    scope = {"import": upload.pk, "file": upload.file_name}
    run = queued(kind="crm.file_import", requested_by=sales, scope=scope)
    for user, status in ((sales, 200), (colleague, 404)):
        assert log_in(user).get(reverse("job_run", args=[run.pk])).status_code == status
    log_in(sales).post(reverse("job_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
