"""What beat wakes marketing for."""

from celery import shared_task
from django.utils import timezone

from core.queue import BACKGROUND, enqueue
from marketing.services.confirmations import send_waiting
from marketing.services.mailbox import read_mailbox
from marketing.services.messages.link_checks import check_waiting
from marketing.services.refreshing import refresh_changed
from marketing.services.sending.turns import take_turn
from marketing.services.sending.waking import look_after
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


@shared_task(name="marketing.check_links")
def check_links() -> None:
    """Ask the links of letters that wait for it."""
    check_waiting(clock=timezone.now)


def wake_link_checks() -> None:
    """Call a worker to the links; beat does it every minute as well."""
    enqueue(check_links, queue=BACKGROUND)


@shared_task(name="marketing.look_after_sending")
def look_after_sending() -> None:
    """Wake workers to campaigns that should be sending."""
    for campaign_id in look_after(at=timezone.now()):
        wake_sender(campaign_id)


@shared_task(name="marketing.send_campaign")
def send_campaign(campaign_id: int) -> None:
    """Send what is due of a campaign."""
    seconds = take_turn(campaign_id)
    if seconds is not None:
        wake_sender(campaign_id, seconds)


def wake_sender(campaign_id: int, seconds: float = 0) -> None:
    """Call a worker to the campaign."""
    enqueue(send_campaign, campaign_id, countdown=seconds)


@shared_task(name="marketing.read_mailbox")
def read_returns() -> None:
    """Take what has come back to the mailbox."""
    read_mailbox(at=timezone.now())
