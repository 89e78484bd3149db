"""Schedules: seeded once, read on the jobs page, changed by administrators only."""

from collections.abc import Callable

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask

from config.schedule import seed_schedules
from core.models import AuditEvent, User
from core.queries.schedules import schedules_by_kind

KIND = "analytics.lead_score"


def url() -> str:
    return f"/jobs/schedule/{schedules_by_kind()[KIND].task_id}/"


def test_schedule_is_shown_with_its_hour(
    administrator: User, log_in: Callable[..., Client]
) -> None:
    page = log_in(administrator).get("/jobs/").content.decode()
    assert "every day at 2:00 (UTC)" in page


def test_administrator_changes_the_hour(administrator: User, log_in: Callable[..., Client]) -> None:
    log_in(administrator).post(url(), {"hour": "5", "enabled": "on"})
    assert (schedules_by_kind()[KIND].hour, schedules_by_kind()[KIND].is_enabled) == (5, True)
    changes = AuditEvent.objects.get(action="schedule.change").changes
    assert changes == {"hour": [2, 5]}


def test_administrator_switches_a_schedule_off(
    administrator: User, log_in: Callable[..., Client]
) -> None:
    log_in(administrator).post(url(), {"hour": "2"})
    assert schedules_by_kind()[KIND].is_enabled is False


def test_change_survives_the_next_seeding(
    administrator: User, log_in: Callable[..., Client]
) -> None:
    log_in(administrator).post(url(), {"hour": "7", "enabled": "on"})
    seed_schedules()
    assert schedules_by_kind()[KIND].hour == 7
    assert PeriodicTask.objects.filter(name="Lead score, nightly").count() == 1


@pytest.mark.parametrize("hour", ["24", "-1", "x", ""])
def test_hour_that_is_none_is_refused(
    administrator: User, log_in: Callable[..., Client], hour: str
) -> None:
    log_in(administrator).post(url(), {"hour": hour, "enabled": "on"})
    assert schedules_by_kind()[KIND].hour == 2


def test_manager_may_not_change_a_schedule(manager: User, log_in: Callable[..., Client]) -> None:
    assert log_in(manager).post(url(), {"hour": "5"}).status_code == 403
