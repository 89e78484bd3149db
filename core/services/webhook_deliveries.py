"""Deliveries: made from the outbox, claimed by one worker, settled by what came of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_noop

from core import audit
from core.choices import DeliveryFault, DeliveryState, WebhookState
from core.locks import is_free_for_transaction
from core.models import Webhook, WebhookDelivery, WebhookEvent
from core.models.webhooks import STILL_OPEN
from core.notifying import notify
from core.speaking import speaking_as
from core.webhooks.payloads import Told, told_to
from core.webhooks.rights import rights_of
from core.webhooks.sending import Answer

EVENTS_AT_ONCE = 200
CLAIMS_AT_ONCE = 50
LEASE = timedelta(seconds=60)  # four times what an attempt may take
# Seconds after each attempt that failed; after the tenth, two days later, it is given up.
WAITS = (5, 60, 300, 1_200, 3_600, 10_800, 28_800, 54_000, 72_000)
MOST_ATTEMPTS = len(WAITS) + 1
JITTER = 0.2
LONGEST_REST = 300
ERASED_AT_ONCE = 2_000
LOCK = "core.webhook_events"
SWITCHED_OFF = gettext_noop(
    "The webhook “%(name)s” was switched off: nothing could be delivered for %(days)s days."
)
GONE = gettext_noop("The webhook “%(name)s” was switched off: its receiver says that it is gone.")


# -- from events to deliveries -------------------------------------------------------------------


@transaction.atomic
def make_deliveries(*, at: datetime) -> int:
    """Turn the oldest events into deliveries; how many events there were.

    One worker at a time, others go on: the deliveries of a record are numbered as its events are.
    """
    if not is_free_for_transaction(LOCK):
        return 0
    events = list(WebhookEvent.objects.select_related("actor").order_by("pk")[:EVENTS_AT_ONCE])
    if not events:
        return 0
    for webhook in Webhook.objects.collecting().select_related("owner"):
        with speaking_as(webhook.owner):
            told = told_to(webhook, events, at)
        rights = rights_of(webhook.owner)
        deliveries = [_delivery(webhook, each, rights, at) for each in told]
        WebhookDelivery.objects.bulk_create(deliveries, batch_size=EVENTS_AT_ONCE)
    WebhookEvent.objects.filter(pk__in=[event.pk for event in events]).delete()
    return len(events)


def _delivery(
    webhook: Webhook, told: Told, rights: dict[str, Any], at: datetime
) -> WebhookDelivery:
    message = uuid4()
    return WebhookDelivery(
        message=message,
        webhook=webhook,
        kind=told.kind,
        object_type=told.event.object_type,
        object_id=told.event.object_id,
        body=told.body(message),
        rights=rights,
        created_at=at,
        next_at=at,
    )


# -- claims --------------------------------------------------------------------------------------


def webhooks_to_wake(*, at: datetime) -> Iterable[int]:
    """Those with something to send now at which no worker is busy."""
    due = due_deliveries(at).filter(webhook=OuterRef("pk"))
    at_work = WebhookDelivery.objects.filter(
        webhook=OuterRef("pk"), state=DeliveryState.SENDING, lease_until__gte=at
    )
    rows = _ready(at).filter(Exists(due), ~Exists(at_work))
    return rows.order_by("pk").values_list("pk", flat=True)


def _ready(at: datetime) -> QuerySet[Webhook]:
    rested = Q(not_before__isnull=True) | Q(not_before__lte=at)
    return Webhook.objects.sending().filter(rested)


def due_deliveries(at: datetime) -> QuerySet[WebhookDelivery]:
    """Those whose time has come, or whose worker was lost; of a record only its first."""
    earlier = WebhookDelivery.objects.filter(
        STILL_OPEN,
        webhook=OuterRef("webhook"),
        object_type=OuterRef("object_type"),
        object_id=OuterRef("object_id"),
        pk__lt=OuterRef("pk"),
    )
    return WebhookDelivery.objects.filter(_free(at), next_at__lte=at).filter(~Exists(earlier))


def _free(at: datetime) -> Q:
    lost = Q(state=DeliveryState.SENDING, lease_until__lt=at)
    return STILL_OPEN & (Q(state=DeliveryState.WAITING) | lost)


def claimable(webhook: Webhook, *, at: datetime) -> list[WebhookDelivery]:
    """The next deliveries of a webhook that may send; each has to be claimed before it is sent."""
    if not _ready(at).filter(pk=webhook.pk).exists():
        return []
    rows = due_deliveries(at).filter(webhook=webhook).order_by("next_at", "pk")
    return list(rows[:CLAIMS_AT_ONCE])


def claim(delivery: WebhookDelivery, *, at: datetime) -> bool:
    """Take a delivery for sending; False where another worker was faster."""
    if delivery.attempts >= MOST_ATTEMPTS:
        _write(delivery, state=DeliveryState.FAILED, fault=DeliveryFault.LOST, lease_until=None)
        return False
    # As it was when it was found free: whoever claims, replays or settles it changes one of these.
    same = {"pk": delivery.pk, "claim": delivery.claim, "state": delivery.state}
    taken = WebhookDelivery.objects.filter(**same).update(
        state=DeliveryState.SENDING,
        claim=F("claim") + 1,
        attempts=F("attempts") + 1,
        lease_until=at + LEASE,
        sent_at=at,
    )
    delivery.claim += taken
    delivery.attempts += taken
    return bool(taken)


def withhold(delivery: WebhookDelivery) -> None:
    """It is not sent: whose rights the webhook has may not see any more what stands in it."""
    _write(delivery, state=DeliveryState.FAILED, fault=DeliveryFault.RIGHTS, lease_until=None)


# -- what came of it -----------------------------------------------------------------------------


def settle(
    *, delivery: WebhookDelivery, webhook: Webhook, answer: Answer, at: datetime, chance: float
) -> None:
    """Write what came of an attempt, unless the claim was lost meanwhile.

    `chance`, from 0 to 1, spreads the next attempt, so that what failed together does not come together.
    """
    state = DeliveryState.DELIVERED if answer.fault is None else DeliveryState.WAITING
    if answer.fault is not None and delivery.attempts >= MOST_ATTEMPTS:
        state = DeliveryState.FAILED
    written = _write(
        delivery,
        state=state,
        fault=answer.fault or "",
        status=answer.status,
        answer=answer.text,
        milliseconds=answer.milliseconds,
        lease_until=None,
        next_at=at + wait_after(delivery.attempts, chance, answer.wait),
    )
    if not written:
        return
    if answer.fault is not None:
        _note_failure(webhook, answer, at)
    elif webhook.failures:
        _set(webhook, failures=0, failing_since=None, not_before=None)


def wait_after(attempts: int, chance: float, asked: int = 0) -> timedelta:
    """How long to wait after so many attempts."""
    seconds = WAITS[min(attempts, len(WAITS)) - 1]
    return timedelta(seconds=max(seconds * (1 - JITTER + 2 * JITTER * chance), asked))


def _write(delivery: WebhookDelivery, **values: object) -> int:
    rows = WebhookDelivery.objects.filter(pk=delivery.pk, claim=delivery.claim)
    return rows.update(**values)


def _set(webhook: Webhook, **values: object) -> None:
    for name, value in values.items():
        setattr(webhook, name, value)
    Webhook.objects.filter(pk=webhook.pk).update(**values)


def _note_failure(webhook: Webhook, answer: Answer, at: datetime) -> None:
    """A receiver in trouble is left in peace for a while; one that never recovers is switched off."""
    failures, since = webhook.failures + 1, webhook.failing_since or at
    rest = None
    if answer.is_receivers_trouble:
        rest = at + timedelta(seconds=max(min(2 ** min(failures, 9), LONGEST_REST), answer.wait))
    _set(webhook, failures=failures, failing_since=since, not_before=rest)
    if answer.is_gone:
        _switch_off(webhook, GONE)
    elif at - since >= timedelta(days=settings.WEBHOOK_OFF_DAYS):
        _switch_off(webhook, SWITCHED_OFF)


@transaction.atomic
def _switch_off(webhook: Webhook, message: str) -> None:
    _set(webhook, state=WebhookState.OFF)
    audit.record(
        actor=None,
        action="webhook.off",
        subject=webhook,
        changes={"state": (WebhookState.ON.value, WebhookState.OFF.value)},
    )
    notify(
        user=webhook.owner,
        kind="webhook",
        message=message,
        message_args={"name": webhook.name, "days": settings.WEBHOOK_OFF_DAYS},
        url=reverse("webhook_detail", args=[webhook.pk]),
    )


def prune_log(*, at: datetime) -> int:
    """Delete what is older than the log keeps, in small transactions; how many rows that were."""
    before = at - timedelta(days=settings.WEBHOOK_LOG_DAYS)
    count = 0
    while True:
        rows = WebhookDelivery.objects.filter(created_at__lt=before).order_by("created_at", "pk")
        pks = list(rows.values_list("pk", flat=True)[:ERASED_AT_ONCE])
        if not pks:
            return count
        count += WebhookDelivery.objects.filter(pk__in=pks).delete()[0]
