"""When beat asks its questions: the administrator decides."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from core.models import AuditEvent, User
from core.queries.schedules import schedules_by_kind

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
KIND = "analytics.lead_score"


def url() -> str:
    return f"/jobs/schedule/{schedules_by_kind()[KIND].task_id}/"


def test_hour_is_changed_and_noted(administrator: User, log_in: LogIn) -> None:
    log_in(administrator).post(url(), {"hour": "5", "enabled": "on"})
    schedule = schedules_by_kind()[KIND]
    assert (schedule.hour, schedule.is_enabled) == (5, True)
    event = AuditEvent.objects.get(action="schedule.change")
    assert event.changes == {"hour": [2, 5]}


def test_schedule_is_switched_off(administrator: User, log_in: LogIn) -> None:
    log_in(administrator).post(url(), {"hour": "2"})
    assert not schedules_by_kind()[KIND].is_enabled
    assert PeriodicTask.objects.get(name="Recover job runs").enabled


@pytest.mark.parametrize("hour", ["", "24", "-1", "²", "x", "9" * 30])
def test_hour_that_is_none_is_refused(hour: str, administrator: User, log_in: LogIn) -> None:
    assert log_in(administrator).post(url(), {"hour": hour}).status_code == 302
    assert schedules_by_kind()[KIND].hour == 2


def test_schedule_is_changed_by_administrators_only(manager: User, log_in: LogIn) -> None:
    assert log_in(manager).post(url(), {"hour": "5"}).status_code == 403
    assert schedules_by_kind()[KIND].hour == 2


def test_pattern_of_an_administrator_is_left_alone() -> None:
    task = PeriodicTask.objects.get(name="Lead score, nightly")
    task.crontab.hour = "*/4"
    task.crontab.save()
    assert KIND not in schedules_by_kind()


def test_page_shows_all_schedules_with_their_next_time(
    administrator: User, manager: User, log_in: LogIn
) -> None:
    client = log_in(administrator)
    client.post(url(), {"hour": "5", "next": "/settings/schedules/"})
    lines = {line.label: line for line in client.get("/settings/schedules/").context["lines"]}
    assert lines["Recover job runs"].timed is None
    assert not lines["Scoring of open leads"].is_enabled
    assert lines["Scoring of open leads"].next_at is None
    weekly = lines["Lead score"]
    assert (weekly.rhythm, weekly.next_at.hour) == ("every Sunday at 2:00 (UTC)", 2)
    parts = lines["Parts of large tables"]
    assert parts.next_at.hour == 3
    assert timezone.now() < parts.next_at <= timezone.now() + timedelta(days=1, minutes=1)
    assert log_in(manager).get("/settings/schedules/").status_code == 403


def test_schedule_that_asks_for_no_job_is_changed_as_well(
    administrator: User, log_in: LogIn
) -> None:
    task = PeriodicTask.objects.get(name="Parts of large tables")
    answer = log_in(administrator).post(
        f"/jobs/schedule/{task.pk}/", {"hour": "6", "enabled": "on", "next": "/settings/schedules/"}
    )
    assert answer["Location"] == "/settings/schedules/"
    task.refresh_from_db()
    assert task.crontab.hour == "6"


def test_what_keeps_the_system_alive_cannot_be_switched_off(
    administrator: User, log_in: LogIn
) -> None:
    task = PeriodicTask.objects.get(name="Recover job runs")
    log_in(administrator).post(f"/jobs/schedule/{task.pk}/", {"hour": "6"})
    task.refresh_from_db()
    assert task.enabled
