"""Wake-ups: an id in, one call, nothing remembered."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from core.jobs.kinds import job_kinds
from core.jobs.recovery import runs_to_wake
from core.jobs.runner import execute_run
from core.models import JobRun
from core.queue import BACKGROUND, PROMPT, enqueue
from core.services.jobs import ask_dated_question
from core.services.webhook_deliveries import make_deliveries, prune_log, webhooks_to_wake
from core.services.webhook_turns import take_turn


@shared_task(name="core.run_job")
def run_job(run_id: int) -> None:
    """Do what can be done of a run."""
    execute_run(run_id, wake=wake)


def wake(run_id: int, seconds: float = 0) -> None:
    """Call a worker to the run."""
    kind = job_kinds[JobRun.objects.values_list("kind", flat=True).get(pk=run_id)]
    queue = BACKGROUND if kind.is_background else PROMPT
    enqueue(run_job, run_id, countdown=seconds, queue=queue)


@shared_task(name="core.recover_runs")
def recover_runs() -> None:
    """Wake runs that nobody works on."""
    for run_id in runs_to_wake():
        wake(run_id)


@shared_task(name="core.ask_question")
def ask_question(kind: str, scope: dict[str, Any] | None = None) -> None:
    """A schedule asks its question; times that were missed collapse into one."""
    wake(ask_dated_question(kind=kind, scope=scope).pk)


@shared_task(name="core.wake_webhooks")
def wake_webhooks() -> None:
    """Make deliveries of what has happened, and wake workers to those that are due."""
    while make_deliveries(at=timezone.now()):
        pass
    for webhook_id in webhooks_to_wake(at=timezone.now()):
        enqueue(deliver_webhook, webhook_id)


@shared_task(name="core.deliver_webhook")
def deliver_webhook(webhook_id: int) -> None:
    """Send what is due at a webhook."""
    if take_turn(webhook_id):
        enqueue(deliver_webhook, webhook_id)


@shared_task(name="core.prune_webhook_log")
def prune_webhook_log() -> None:
    """Forget deliveries that are older than the log keeps."""
    prune_log(at=timezone.now())
