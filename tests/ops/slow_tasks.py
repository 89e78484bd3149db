"""A task that keeps a worker busy."""

import time

from celery import shared_task


@shared_task(name="tests.be_busy")
def be_busy(seconds: float) -> None:
    time.sleep(seconds)
