"""A worker's turn at one webhook: claim, send, settle, until nothing is due or the time is up."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.utils import timezone

from core.models import Webhook, WebhookDelivery
from core.services.webhook_deliveries import claim, claimable, settle, withhold
from core.webhooks.rights import still_told
from core.webhooks.sending import Answer, Line
from core.webhooks.signing import headers_for

TURN_SECONDS = 20
HEADERS = {"content-type": "application/json; charset=utf-8", "user-agent": "Renmai-Webhooks/1"}

Clock = Callable[[], datetime]


def take_turn(
    webhook_id: int, *, clock: Clock = timezone.now, chance: Callable[[], float] = random.random
) -> bool:
    """Send what is due; True when the time was up before that was all."""
    webhook = Webhook.objects.select_related("owner").filter(pk=webhook_id).first()
    end = time.monotonic() + TURN_SECONDS
    if webhook is None:
        return False
    with Line(webhook.url) as line:
        while batch := claimable(webhook, at=clock()):
            for delivery in _told_still(webhook, batch):
                if time.monotonic() >= end:
                    return True
                if not claim(delivery, at=clock()):
                    continue
                answer = _send(line, webhook, delivery, clock())
                settle(
                    delivery=delivery, webhook=webhook, answer=answer, at=clock(), chance=chance()
                )
                if answer.is_receivers_trouble or webhook.is_off:
                    return False
    return False


def _told_still(webhook: Webhook, batch: Sequence[WebhookDelivery]) -> Iterator[WebhookDelivery]:
    """Those that its owner's rights still cover; the others are given up."""
    told = still_told(batch, webhook.owner)
    for delivery in batch:
        if delivery.pk in told:
            yield delivery
        else:
            withhold(delivery)


def _send(line: Line, webhook: Webhook, delivery: WebhookDelivery, at: datetime) -> Answer:
    body = delivery.body.encode()
    signed = headers_for(webhook, message_id=delivery.message_id, body=body, at=at)
    return line.send(body, HEADERS | signed)
