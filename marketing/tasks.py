"""What beat wakes marketing for."""

from celery import shared_task
from django.utils import timezone

from marketing.services.refreshing import refresh_changed


@shared_task(name="marketing.refresh_segments")
def refresh_segments() -> None:
    """Ask the segments of contacts that have changed."""
    refresh_changed(at=timezone.now())
