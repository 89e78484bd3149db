"""When beat asks its questions: the administrator decides."""

from collections.abc import Callable

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask

from core.models import AuditEvent, User
from core.queries.schedules import schedules_by_kind

pytestmark = pytest.mark.django_db

LogIn = Callable[..., Client]
KIND = "analytics.lead_score"
URL = f"/jobs/schedule/{KIND}/"


def test_hour_is_changed_and_noted(administrator: User, log_in: LogIn) -> None:
    log_in(administrator).post(URL, {"hour": "5", "enabled": "on"})
    schedule = schedules_by_kind()[KIND]
    assert (schedule.hour, schedule.is_enabled) == (5, True)
    event = AuditEvent.objects.get(action="schedule.change")
    assert event.changes == {"hour": [2, 5]}


def test_schedule_is_switched_off(administrator: User, log_in: LogIn) -> None:
    log_in(administrator).post(URL, {"hour": "2"})
    assert not schedules_by_kind()[KIND].is_enabled
    assert PeriodicTask.objects.get(name="Recover job runs").enabled


@pytest.mark.parametrize("hour", ["", "24", "-1", "²", "x", "9" * 30])
def test_hour_that_is_none_is_refused(hour: str, administrator: User, log_in: LogIn) -> None:
    assert log_in(administrator).post(URL, {"hour": hour}).status_code == 302
    assert schedules_by_kind()[KIND].hour == 2


def test_schedule_is_changed_by_administrators_only(manager: User, log_in: LogIn) -> None:
    assert log_in(manager).post(URL, {"hour": "5"}).status_code == 403
    assert schedules_by_kind()[KIND].hour == 2


def test_pattern_of_an_administrator_is_left_alone() -> None:
    task = PeriodicTask.objects.get(args__contains=KIND)
    task.crontab.hour = "*/4"
    task.crontab.save()
    assert KIND not in schedules_by_kind()
