"""Webhooks: making, changing, pausing; a new secret; tests and replays."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from core import audit, permissions
from core.choices import DeliveryState, WebhookState
from core.conditions import Viewpoint, checked, from_json
from core.errors import Refused
from core.models import User, Webhook, WebhookDelivery
from core.queries.webhooks import PERMISSION
from core.registries import record_types
from core.telling.values import moment
from core.webhooks.addresses import target_of
from core.webhooks.kinds import TEST, known
from core.webhooks.payloads import encoded

OVERLAP = timedelta(hours=24)  # in which the old secret still signs
MOST_REPLAYED = 10_000
SALT = "core.services.webhooks"
EDITED = ("name", "url", "kinds", "owner", "condition", "condition_type")


@dataclass(frozen=True)
class Wanted:
    """What is said of a webhook; `condition` is in its JSON form, on records of `condition_type`."""

    name: str
    url: str
    kinds: list[str]
    owner: User
    condition: dict[str, Any] = field(default_factory=dict)
    condition_type: str = ""


@transaction.atomic
def save_webhook(*, webhook: Webhook, wanted: Wanted, by: User, at: datetime) -> Webhook:
    """Make or change a webhook."""
    _check(wanted, by)
    is_new = webhook.pk is None
    before = audit.snapshot(webhook)
    for name in EDITED:
        setattr(webhook, name, getattr(wanted, name))
    _check_condition(webhook, at)
    if is_new:
        webhook.save()
        audit.record(actor=by, action="webhook.create", subject=webhook)
        return webhook
    changes = audit.differences(before, webhook)
    if "url" in changes:
        changes["url"] = _outlined(before["url"]), _outlined(webhook.url)
    if changes:
        webhook.not_before = None  # the address may be a better one now
        webhook.save(update_fields=[*EDITED, "not_before"])
        audit.record(actor=by, action="webhook.change", subject=webhook, changes=changes)
    return webhook


def _outlined(url: str) -> str:
    """An address without what only its receiver should know: many have a secret in their path.

    A few letters of a keyed digest stand for it, so that the trail shows that it is another one.
    """
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    told = f"{parts.scheme}://{parts.hostname}{port}/"
    if not (parts.path.strip("/") or parts.query):
        return told
    return f"{told}…{salted_hmac(SALT, url, algorithm='sha256').hexdigest()[:4]}"


def _check(wanted: Wanted, by: User) -> None:
    permissions.require(by, PERMISSION)
    if wanted.owner != by and not permissions.access_of(by).is_administrator:
        raise Refused(_("A webhook has your own rights, unless you are an administrator."))
    if not wanted.kinds:
        raise Refused(_("Choose at least one event."))
    if not known(wanted.kinds):
        raise Refused(_("Choose events from the list."))
    target_of(wanted.url)


def _check_condition(webhook: Webhook, at: datetime) -> None:
    if not webhook.condition_type:
        webhook.condition = {}
        return
    view = Viewpoint(webhook.owner, timezone.localtime(at))
    checked(from_json(webhook.condition), record_types[webhook.condition_type], view)


@transaction.atomic
def set_state(*, webhook: Webhook, state: str, by: User) -> None:
    """Turn it on, pause it or turn it off; what waits is sent when it is on again."""
    permissions.require(by, PERMISSION)
    if state not in WebhookState.values:
        raise Refused(_("Choose one of the states in the list."))
    if webhook.state == state:
        return
    changes = {"state": (webhook.state, state)}
    webhook.state = state
    webhook.failures, webhook.failing_since, webhook.not_before = 0, None, None
    webhook.save(update_fields=["state", "failures", "failing_since", "not_before"])
    audit.record(actor=by, action="webhook.state", subject=webhook, changes=changes)


@transaction.atomic
def renew_secret(*, webhook: Webhook, by: User, at: datetime) -> None:
    """A new secret; for a day the old one signs as well, so that the receiver can change over."""
    permissions.require(by, PERMISSION)
    webhook.secret_version += 1
    webhook.old_secret_until = at + OVERLAP
    webhook.save(update_fields=["secret_version", "old_secret_until"])
    audit.record(actor=by, action="webhook.secret", subject=webhook)


@transaction.atomic
def delete_webhook(*, webhook: Webhook, by: User) -> None:
    """With its log and what still waits."""
    permissions.require(by, PERMISSION)
    audit.record(actor=by, action="webhook.delete", subject=webhook)
    WebhookDelivery.objects.filter(webhook=webhook).delete()
    webhook.delete()


@transaction.atomic
def send_test(*, webhook: Webhook, by: User, at: datetime) -> WebhookDelivery:
    """A delivery about nothing, to see whether it arrives."""
    _require_on(webhook, by)
    webhook.not_before = None
    webhook.save(update_fields=["not_before"])
    message = uuid4()
    said = {
        "type": TEST,
        "id": f"msg_{message.hex}",
        "number": 0,
        "time": moment(at),
        "by": {"id": by.pk, "name": by.display_name},
        "record": None,
        "changes": {},
    }
    return WebhookDelivery.objects.create(
        message=message,
        webhook=webhook,
        kind=TEST,
        body=encoded(said),
        created_at=at,
        next_at=at,
    )


@transaction.atomic
def replay(
    *, webhook: Webhook, deliveries: QuerySet[WebhookDelivery], by: User, at: datetime
) -> int:
    """Send again what was sent or given up, as it was; the newest 10,000 at most."""
    _require_on(webhook, by)
    newest = deliveries.filter(webhook=webhook).order_by("-pk").values("pk")[:MOST_REPLAYED]
    rows = WebhookDelivery.objects.filter(pk__in=newest).exclude(state=DeliveryState.SENDING)
    count = rows.update(
        state=DeliveryState.WAITING, attempts=0, next_at=at, claim=F("claim") + 1, lease_until=None
    )
    if count:
        Webhook.objects.filter(pk=webhook.pk).update(not_before=None)
        audit.record(
            actor=by, action="webhook.replay", subject=webhook, changes={"count": (None, count)}
        )
    return count


def _require_on(webhook: Webhook, by: User) -> None:
    permissions.require(by, PERMISSION)
    if not webhook.is_on:
        raise Refused(_("Turn the webhook on first."))
