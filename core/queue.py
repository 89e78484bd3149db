"""The one door to the broker."""

import logging
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# What people wait for, and what may take minutes; some workers take the first alone.
PROMPT, BACKGROUND = QUEUES = ("celery", "background")


def enqueue(task: "Task[Any, Any]", *args: Any, countdown: float = 0, queue: str = PROMPT) -> None:
    """Wake a worker after the transaction commits.

    The broker only wakes: where it cannot be reached, beat's recovery finds the work in the
    database a little later, so the caller goes on.
    """

    def send() -> None:
        try:
            task.apply_async(args=args, countdown=countdown, queue=queue, retry=False)
        except OperationalError:
            logger.warning("The broker cannot be reached; %s waits for recovery.", task.name)

    transaction.on_commit(send)
