"""Reminders: once each, to whoever has to do it."""

from datetime import timedelta

import pytest

from core.choices import Reach
from core.models import Notification, User
from core.services.undo import undo_change_set
from crm import tasks
from crm.models import Activity
from crm.services.activities import move_activity, plan_activity
from crm.services.reminders import remind_due
from tests.changing import edit_records
from tests.factories import ActivityFactory, RoleFactory, UserFactory
from tests.factories.core import NOW

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def told() -> list[str]:
    return [it.text for it in Notification.objects.order_by("pk")]


def test_due_task_is_remembered_once(sales: User) -> None:
    ActivityFactory(kind="task", subject="Send offer", owner=sales, at=NOW)
    assert remind_due(at=NOW - HOUR) == 0
    assert remind_due(at=NOW) == 1
    assert remind_due(at=NOW + HOUR) == 0
    assert told() == ["Due now: Send offer"]


def test_done_deleted_ownerless_and_long_past_things_are_not_remembered(sales: User) -> None:
    ActivityFactory(owner=sales, at=NOW, done_at=NOW)
    ActivityFactory(owner=sales, at=NOW, deleted_at=NOW)
    ActivityFactory(owner=None, at=NOW)
    ActivityFactory(owner=sales, at=None)
    ActivityFactory(owner=sales, at=NOW - timedelta(days=30))
    assert remind_due(at=NOW) == 0


def test_what_is_put_off_is_remembered_again(sales: User) -> None:
    task = ActivityFactory(kind="task", owner=sales, at=NOW)
    remind_due(at=NOW)
    move_activity(activity=task, to=NOW + HOUR, by=sales)
    assert remind_due(at=NOW) == 0
    assert remind_due(at=NOW + HOUR) == 1


def test_time_given_to_many_is_remembered_again_and_undone(sales: User) -> None:
    task = ActivityFactory(kind="task", owner=sales, team=sales.team, at=NOW)
    remind_due(at=NOW)
    later = NOW + HOUR
    done = edit_records(rows=Activity.objects.all(), field="at", value=str(later), by=sales, at=NOW)
    assert (remind_due(at=NOW), remind_due(at=later)) == (0, 1)
    undo_change_set(change_set=done, by=sales, at=later)
    task.refresh_from_db()
    assert task.at == NOW
    assert remind_due(at=later) == 0


@pytest.mark.parametrize("hidden", [[], ["crm.activity.subject"]])
def test_hidden_subject_is_not_told(hidden: list[str], sales: User, manager: User) -> None:
    grants = {f"crm.activity.{action}": Reach.OWN for action in ("view", "create")}
    owner = UserFactory(roles=[RoleFactory(grants=grants, hides=hidden)], team=manager.team)
    task = Activity(kind="task", subject="Merger", owner=owner, at=NOW)
    plan_activity(activity=task, by=manager, at=NOW)
    remind_due(at=NOW)
    assert len(told()) == 2
    assert all(("Merger" in text) is not bool(hidden) for text in told())


def test_many_are_remembered_at_once(sales: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm.services.reminders.BATCH", 2)
    for _n in range(5):
        ActivityFactory(owner=sales, at=NOW)
    assert remind_due(at=NOW) == 5
    assert Activity.objects.filter(reminded_at=NOW).count() == 5


def test_beat_reminds(sales: User) -> None:
    from django.utils import timezone

    ActivityFactory(owner=sales, at=timezone.now() - HOUR)
    tasks.remind()
    assert len(told()) == 1
