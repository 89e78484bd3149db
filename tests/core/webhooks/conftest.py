"""A receiver on this machine, whose network is allowed; time that stands where a test puts it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.models import User, Webhook
from core.services.webhook_deliveries import make_deliveries
from core.services.webhook_turns import take_turn
from tests.factories import WebhookFactory
from tests.factories.core import NOW
from tests.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_NETWORKS = ["127.0.0.0/8"]
    with receiving() as running:
        yield running


@pytest.fixture
def webhook(administrator: User, receiver: Receiver) -> Webhook:
    hook: Webhook = WebhookFactory(owner=administrator, url=receiver.url)
    return hook


class Clock:
    """Passes only when told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deliver(webhook: Webhook, clock: Clock) -> Callable[[], None]:
    """What a worker does that is woken at the clock's time."""

    def work() -> None:
        while make_deliveries(at=clock()):
            pass
        take_turn(webhook.pk, clock=clock, chance=lambda: 0.5)

    return work
