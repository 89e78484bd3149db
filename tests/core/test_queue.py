"""The one door to the broker: after the commit, and without trouble when nobody answers."""

from typing import Any

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from core.queue import enqueue


class Task:
    """Stands for a Celery task; notes how it is sent."""

    name = "tests.task"

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.sent: list[dict[str, Any]] = []

    def apply_async(self, **options: Any) -> None:
        self.sent.append(options)
        if self.error:
            raise self.error


@pytest.mark.django_db(transaction=True)
def test_message_is_sent_after_the_commit() -> None:
    task = Task()
    with transaction.atomic():
        enqueue(task, 7, countdown=2)
        assert task.sent == []
    assert task.sent == [{"args": (7,), "countdown": 2, "queue": "celery", "retry": False}]


@pytest.mark.django_db(transaction=True)
def test_message_of_a_transaction_that_failed_is_not_sent() -> None:
    task = Task()
    with transaction.atomic():
        enqueue(task, 7)
        transaction.set_rollback(True)
    assert task.sent == []


@pytest.mark.django_db(transaction=True)
def test_silent_broker_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    enqueue(Task(OperationalError("down")), 7)
    assert "waits for recovery" in caplog.text
