"""What beat wakes marketing for."""

from celery import shared_task
from django.utils import timezone

from marketing.services.confirmations import send_waiting
from marketing.services.refreshing import refresh_changed


@shared_task(name="marketing.refresh_segments")
def refresh_segments() -> None:
    """Ask the segments of contacts that have changed."""
    refresh_changed(at=timezone.now())


@shared_task(name="marketing.send_confirmations")
def send_confirmations() -> None:
    """E-mails that ask people to confirm a consent."""
    send_waiting(at=timezone.now())
