"""What beat wakes marketing for."""

from celery import shared_task
from django.utils import timezone

from marketing.services.confirmations import send_waiting
from marketing.services.refreshing import refresh_changed
from marketing.services.tracking.settling import settle_hits as settle
from marketing.services.tracking.visits import forget_visitors as forget


@shared_task(name="marketing.refresh_segments")
def refresh_segments() -> None:
    """Ask the segments of contacts that have changed."""
    refresh_changed(at=timezone.now())


@shared_task(name="marketing.settle_hits")
def settle_hits() -> None:
    """Tell people's opens and clicks from those of machines."""
    settle(at=timezone.now())


@shared_task(name="marketing.forget_visitors")
def forget_visitors() -> None:
    """Drop what browsers of nobody known did long ago."""
    forget(at=timezone.now())


@shared_task(name="marketing.send_confirmations")
def send_confirmations() -> None:
    """E-mails that ask people to confirm a consent."""
    send_waiting(at=timezone.now())
