"""What beat wakes analytics for."""

from celery import shared_task
from django.utils import timezone

from analytics.queries.campaigns import KIND, is_measuring_due
from analytics.services.tried_files import forget_old_files
from core.jobs.questions import ask
from core.tasks import wake


@shared_task(name="analytics.forget_trial_files")
def forget_trial_files() -> None:
    """Delete the files that the lead score was tried on some days ago."""
    forget_old_files(at=timezone.now())


@shared_task(name="analytics.measure_campaigns")
def measure_campaigns() -> None:
    """Measure campaigns that are under way, or began lately."""
    if is_measuring_due():
        now = timezone.now()
        wake(
            ask(
                kind=KIND, as_of=now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)
            ).pk
        )


@shared_task(name="analytics.rescore")
def rescore() -> None:
    """Look anew at leads, deals and contacts that have changed."""
    # Scientific libraries cost seconds: only the worker that needs them loads them.
    from analytics.jobs.customer_reassigning import reassign_changed
    from analytics.jobs.deal_rescoring import restate_changed
    from analytics.jobs.life_refresh import refresh_changed
    from analytics.jobs.rescoring import rescore_changed

    for follow in (rescore_changed, refresh_changed, restate_changed, reassign_changed):
        follow(at=timezone.now())
