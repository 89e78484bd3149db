"""Deliveries: in order, again after failures, given up in the end, whoever dies in between."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.choices import DeliveryFault, DeliveryState, WebhookState
from core.models import (
    AuditEvent,
    Notification,
    User,
    Webhook,
    WebhookDelivery,
    WebhookEvent,
)
from core.services import webhook_deliveries
from core.services import webhook_turns as turns
from core.services.webhook_deliveries import (
    LEASE,
    MOST_ATTEMPTS,
    WAITS,
    claim,
    claimable,
    make_deliveries,
    prune_log,
    settle,
    wait_after,
    webhooks_to_wake,
)
from core.services.webhook_turns import take_turn
from core.services.webhooks import replay, set_state
from core.tasks import deliver_webhook, prune_webhook_log, wake_webhooks
from core.webhooks.sending import Answer
from crm.models import Lead
from tests.core.webhooks.conftest import Clock
from tests.factories import LeadFactory, WebhookDeliveryFactory
from tests.factories.core import NOW
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db

Deliver = Callable[[], None]


class WorkerDied(BaseException):
    """Nothing after this line is done."""


def waiting(webhook: Webhook, *records: int) -> list[WebhookDelivery]:
    return [
        WebhookDeliveryFactory(
            webhook=webhook, object_id=record, body=json.dumps({"place": place, "record": record})
        )
        for place, record in enumerate(records)
    ]


def arrived(receiver: Receiver) -> list[tuple[int, int]]:
    """(record, place) of what was received, in its order."""
    bodies = [json.loads(request.body) for request in receiver.received]
    return [(body["record"], body["place"]) for body in bodies]


def states() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("state", flat=True))


def test_what_happened_arrives(
    webhook: Webhook, administrator: User, receiver: Receiver, deliver: Deliver
) -> None:
    lead = LeadFactory(source="Web")
    WebhookEvent.objects.create(
        at=NOW,
        object_type="crm.lead",
        object_id=lead.pk,
        kinds=["crm.lead.changed"],
        changes={"source": ["Fair", "Web"]},
    )
    deliver()
    (request,) = receiver.received
    (delivery,) = WebhookDelivery.objects.all()
    assert json.loads(request.body)["record"]["source"] == "Web"
    assert request.headers["webhook-id"] == delivery.message_id
    assert request.headers["webhook-signature"].startswith("v1,")
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 200, 1)
    assert delivery.milliseconds is not None
    deliver()
    assert len(receiver.received) == 1


def test_what_the_new_owner_may_not_see_is_not_sent(
    webhook: Webhook, receiver: Receiver, sales: User, administrator: User, clock: Clock
) -> None:
    changed(LeadFactory())
    changed(LeadFactory(owner=sales))
    make_deliveries(at=NOW)
    take_turn(webhook.pk, clock=clock)
    assert len(receiver.received) == 2
    Webhook.objects.update(owner=sales)
    rows = WebhookDelivery.objects.all()
    replay(webhook=webhook, deliveries=rows, by=administrator, at=clock())
    take_turn(webhook.pk, clock=clock)
    assert len(receiver.received) == 2
    assert set(rows.values_list("state", "fault")) == {("failed", DeliveryFault.RIGHTS)}


def changed(lead: Lead) -> None:
    kinds = ["crm.lead.changed"]
    WebhookEvent.objects.create(
        at=NOW, object_type="crm.lead", object_id=lead.pk, kinds=kinds, changes=None
    )


def test_what_the_owner_may_still_see_is_sent_again(
    webhook: Webhook, receiver: Receiver, sales: User, administrator: User, clock: Clock
) -> None:
    Webhook.objects.update(owner=sales)
    leads = LeadFactory.create_batch(2, owner=sales)
    for lead in leads:
        changed(lead)
    make_deliveries(at=NOW)
    take_turn(webhook.pk, clock=clock)
    Lead.objects.filter(pk=leads[0].pk).update(owner=administrator, team=None)
    replay(webhook=webhook, deliveries=WebhookDelivery.objects.all(), by=administrator, at=clock())
    take_turn(webhook.pk, clock=clock)
    sent = [json.loads(request.body)["record"]["id"] for request in receiver.received]
    assert sent == [leads[0].pk, leads[1].pk, leads[1].pk]
    assert states() == ["failed", "delivered"]


def test_order_of_a_record(webhook: Webhook, receiver: Receiver, deliver: Deliver) -> None:
    waiting(webhook, 1, 2, 1, 2, 1)
    deliver()
    found = arrived(receiver)
    assert len(found) == 5
    for record in (1, 2):
        places = [place for of, place in found if of == record]
        assert places == sorted(places)


def test_a_refused_message_holds_up_its_record_only(
    webhook: Webhook, receiver: Receiver, deliver: Deliver, clock: Clock
) -> None:
    receiver.status = 400
    waiting(webhook, 1, 1)
    deliver()
    receiver.status = 200
    waiting(webhook, 2)
    deliver()
    assert states() == ["waiting", "waiting", "delivered"]
    clock.pass_(seconds=WAITS[0] + 1)
    deliver()
    assert states() == ["delivered"] * 3
    assert arrived(receiver) == [(1, 0), (2, 0), (1, 0), (1, 1)]


def test_given_up_after_ten_attempts_in_two_days_then_the_next_goes_on(
    webhook: Webhook, receiver: Receiver, deliver: Deliver, clock: Clock
) -> None:
    receiver.status = 400
    waiting(webhook, 1, 1)
    deliver()
    for wait in WAITS:
        deliver()
        clock.pass_(seconds=wait)
        assert states() == ["waiting", "waiting"]
        deliver()
    assert len(receiver.received) == MOST_ATTEMPTS + 1
    first, second = WebhookDelivery.objects.order_by("pk")
    assert (first.state, first.attempts, first.status) == ("failed", 10, 400)
    assert second.attempts == 1
    assert sum(WAITS) == pytest.approx(2 * 86_400, rel=0.05)


def test_waits_grow_and_are_spread() -> None:
    middle = [wait_after(attempts, 0.5).total_seconds() for attempts in range(1, MOST_ATTEMPTS)]
    assert middle == list(WAITS) == sorted(WAITS)
    assert wait_after(1, 0) == timedelta(seconds=4)
    assert wait_after(1, 1) == timedelta(seconds=6)
    assert wait_after(1, 1, asked=90) == timedelta(seconds=90)


def test_a_receiver_in_trouble_is_left_in_peace(
    webhook: Webhook, receiver: Receiver, deliver: Deliver, clock: Clock
) -> None:
    """One attempt tells it; the others keep theirs."""
    receiver.status = 503
    waiting(webhook, 1, 2, 3)
    deliver()
    deliver()
    assert len(receiver.received) == 1
    assert list(webhooks_to_wake(at=clock())) == []
    clock.pass_(seconds=3)
    assert list(webhooks_to_wake(at=clock())) == [webhook.pk]
    receiver.status = 200
    deliver()
    clock.pass_(seconds=60)
    deliver()
    assert states() == ["delivered"] * 3
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.failing_since, webhook.not_before) == (0, None, None)


def test_rest_has_a_bound_and_heeds_the_receiver(
    webhook: Webhook, receiver: Receiver, clock: Clock
) -> None:
    (delivery,) = waiting(webhook, 1)
    webhook.failures = 40
    busy = Answer(DeliveryFault.STATUS, 503)
    settle(delivery=delivery, webhook=webhook, answer=busy, at=NOW, chance=0.5)
    assert webhook.not_before == NOW + timedelta(minutes=5)
    asked = Answer(DeliveryFault.STATUS, 429, wait=1800)
    settle(delivery=delivery, webhook=webhook, answer=asked, at=NOW, chance=0.5)
    assert webhook.not_before == NOW + timedelta(minutes=30)


def test_switched_off_after_days_without_success(
    webhook: Webhook, receiver: Receiver, deliver: Deliver, clock: Clock, settings: Any
) -> None:
    receiver.status = 500
    waiting(webhook, *range(20))
    deliver()
    clock.pass_(days=settings.WEBHOOK_OFF_DAYS, seconds=-1)
    deliver()
    webhook.refresh_from_db()
    assert webhook.is_on
    clock.pass_(minutes=10)
    deliver()
    webhook.refresh_from_db()
    assert webhook.is_off
    told = Notification.objects.get(user=webhook.owner)
    assert webhook.name in told.text
    assert told.url == f"/settings/webhooks/{webhook.pk}/"
    assert AuditEvent.objects.filter(action="webhook.off", object_id=webhook.pk).exists()
    count = len(receiver.received)
    clock.pass_(days=1)
    deliver()
    assert len(receiver.received) == count


def test_a_receiver_that_is_gone_switches_it_off(
    webhook: Webhook, receiver: Receiver, deliver: Deliver
) -> None:
    receiver.status = 410
    waiting(webhook, 1, 2)
    deliver()
    webhook.refresh_from_db()
    assert webhook.is_off
    assert len(receiver.received) == 1
    assert Notification.objects.filter(user=webhook.owner).count() == 1


def test_paused_it_keeps_and_on_again_it_sends(
    webhook: Webhook, receiver: Receiver, deliver: Deliver, administrator: User
) -> None:
    set_state(webhook=webhook, state=WebhookState.PAUSED, by=administrator)
    waiting(webhook, 1)
    deliver()
    assert receiver.received == []
    set_state(webhook=webhook, state=WebhookState.ON, by=administrator)
    deliver()
    assert states() == ["delivered"]


def test_nothing_is_sent_for_a_user_who_was_switched_off(
    webhook: Webhook, receiver: Receiver, deliver: Deliver
) -> None:
    waiting(webhook, 1)
    User.objects.filter(pk=webhook.owner_id).update(is_active=False)
    deliver()
    assert list(webhooks_to_wake(at=NOW)) == []
    assert receiver.received == []


# -- workers ---------------------------------------------------------------------------------------


def test_only_one_worker_gets_a_delivery(webhook: Webhook) -> None:
    waiting(webhook, 1)
    (mine,), (theirs,) = claimable(webhook, at=NOW), claimable(webhook, at=NOW)
    assert claim(mine, at=NOW)
    assert not claim(theirs, at=NOW)
    assert claimable(webhook, at=NOW) == []
    assert list(webhooks_to_wake(at=NOW)) == []


def test_a_slow_worker_writes_nothing_over_the_one_that_took_over(webhook: Webhook) -> None:
    waiting(webhook, 1)
    (slow,) = claimable(webhook, at=NOW)
    assert claim(slow, at=NOW)
    later = NOW + LEASE + timedelta(seconds=1)
    (fast,) = claimable(webhook, at=later)
    assert claim(fast, at=later)
    settle(delivery=fast, webhook=webhook, answer=Answer(None, 200), at=later, chance=0.5)
    failed = Answer(DeliveryFault.TIME)
    settle(delivery=slow, webhook=webhook, answer=failed, at=later, chance=0.5)
    assert states() == ["delivered"]
    webhook.refresh_from_db()
    assert webhook.failures == 0


DEATHS = {
    "before the claim": (turns, "claim", False),
    "after the claim": (turns, "claim", True),
    "before it is sent": (turns, "_send", False),
    "after it was sent": (turns, "_send", True),
    "before it is settled": (turns, "settle", False),
    "while it is settled": (webhook_deliveries, "_write", True),
    "after it was settled": (turns, "settle", True),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_worker_dies(
    webhook: Webhook,
    receiver: Receiver,
    deliver: Deliver,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    death: str,
    nth: int,
) -> None:
    """Everything arrives, in order; only what was under way comes twice, with the same number."""
    waiting(webhook, 1, 1, 2)
    module, name, is_after = DEATHS[death]
    real, calls = getattr(module, name), []

    def dying(*args: Any, **more: Any) -> Any:
        calls.append(name)
        if len(calls) != nth:
            return real(*args, **more)
        if is_after:
            real(*args, **more)
        raise WorkerDied

    monkeypatch.setattr(module, name, dying)
    with pytest.raises(WorkerDied):
        deliver()
    monkeypatch.setattr(module, name, real)
    deliver()
    clock.pass_(seconds=LEASE.total_seconds() + 1)
    deliver()
    assert states() == ["delivered"] * 3
    ids = [request.headers["webhook-id"] for request in receiver.received]
    assert len(set(ids)) == 3
    assert len(ids) <= 4
    first = [pair for place, pair in enumerate(arrived(receiver)) if pair[0] == 1]
    assert first == sorted(first)


@pytest.mark.django_db(transaction=True)
def test_a_worker_dies_while_it_makes_deliveries(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _lead in range(3):
        WebhookEvent.objects.create(
            at=NOW,
            object_type="crm.lead",
            object_id=LeadFactory().pk,
            kinds=["crm.lead.created"],
        )

    def dying(*_args: Any, **_more: Any) -> Any:
        raise WorkerDied

    with monkeypatch.context() as patched:
        patched.setattr(WebhookEvent.objects, "filter", dying)
        with pytest.raises(WorkerDied):
            make_deliveries(at=NOW)
    assert (WebhookEvent.objects.count(), WebhookDelivery.objects.count()) == (3, 0)
    make_deliveries(at=NOW)
    assert (WebhookEvent.objects.count(), WebhookDelivery.objects.count()) == (0, 3)


def test_a_message_that_kills_workers_is_given_up(
    webhook: Webhook, deliver: Deliver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(webhook, 1)

    def dying(*_args: Any) -> Answer:
        raise WorkerDied

    monkeypatch.setattr(turns, "_send", dying)
    for _attempt in range(MOST_ATTEMPTS):
        with pytest.raises(WorkerDied):
            deliver()
        clock.pass_(minutes=2)
    deliver()
    (delivery,) = WebhookDelivery.objects.all()
    assert (delivery.state, delivery.fault) == (DeliveryState.FAILED, DeliveryFault.LOST)


def test_a_turn_has_an_end(
    webhook: Webhook, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that one webhook does not keep a worker from the others."""
    monkeypatch.setattr(turns, "TURN_SECONDS", -1)
    waiting(webhook, 1)
    assert take_turn(webhook.pk, clock=clock)
    monkeypatch.undo()


def test_tasks(webhook: Webhook, receiver: Receiver) -> None:
    WebhookEvent.objects.create(
        at=NOW, object_type="crm.lead", object_id=LeadFactory().pk, kinds=["crm.lead.created"]
    )
    wake_webhooks()
    deliver_webhook(webhook.pk)
    deliver_webhook(webhook.pk + 1)
    assert len(receiver.received) == 1
    WebhookDelivery.objects.update(created_at=NOW - timedelta(days=40))
    prune_webhook_log()
    assert not WebhookDelivery.objects.exists()


# -- the log -----------------------------------------------------------------------------------------


def test_replay_sends_the_same_message(
    webhook: Webhook, receiver: Receiver, deliver: Deliver, administrator: User, clock: Clock
) -> None:
    waiting(webhook, 1, 2)
    deliver()
    rows = WebhookDelivery.objects.filter(object_id=2)
    assert replay(webhook=webhook, deliveries=rows, by=administrator, at=clock()) == 1
    deliver()
    _first, second, again = receiver.received
    assert (again.body, again.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])


def test_replay_leaves_what_is_being_sent_and_other_webhooks_alone(
    webhook: Webhook, administrator: User
) -> None:
    waiting(webhook, 1, 2)
    (sending, _other) = claimable(webhook, at=NOW)
    claim(sending, at=NOW)
    WebhookDeliveryFactory(state=DeliveryState.FAILED)
    rows = WebhookDelivery.objects.all()
    assert replay(webhook=webhook, deliveries=rows, by=administrator, at=NOW) == 1
    assert sorted(states()) == ["failed", "sending", "waiting"]


def test_log_forgets_what_is_old(webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_deliveries, "ERASED_AT_ONCE", 2)
    old = NOW - timedelta(days=31)
    WebhookDeliveryFactory.create_batch(5, webhook=webhook, created_at=old)
    WebhookDeliveryFactory(webhook=webhook)
    assert prune_log(at=NOW) == 5
    assert WebhookDelivery.objects.count() == 1
