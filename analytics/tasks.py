"""What beat wakes analytics for."""

from celery import shared_task
from django.utils import timezone

from analytics.services.file_trials import forget_old_files


@shared_task(name="analytics.forget_trial_files")
def forget_trial_files() -> None:
    """Delete the files that the lead score was tried on some days ago."""
    forget_old_files(at=timezone.now())
