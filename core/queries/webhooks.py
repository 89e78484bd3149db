"""Reads about webhooks and the log of what they sent."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from core import permissions
from core.choices import DeliveryState
from core.conditions import Viewpoint, checked, from_json, sentence
from core.errors import Refused
from core.lists.cells import url_of
from core.lists.saved_views import visible_views
from core.models import SavedView, User, Webhook, WebhookDelivery
from core.models.webhooks import OPEN_STATES, STILL_OPEN
from core.registries import record_types
from core.webhooks.kinds import kinds_by_type, label_of
from core.webhooks.rights import still_told

PERMISSION = "core.webhook.manage"
MOST_COUNTED = 1_000


def reached_by(user: User) -> QuerySet[Webhook]:
    """One's own; an administrator's are all of them.

    Whoever could turn another's webhook elsewhere would read with the rights of its owner.
    """
    permissions.require(user, PERMISSION)
    rows = Webhook.objects.select_related("owner")
    return rows if permissions.access_of(user).is_administrator else rows.filter(owner=user)


@dataclass(frozen=True)
class LogFilter:
    """What of the log is asked for; days are those of the reader."""

    state: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None

    def rows(self, webhook: Webhook) -> QuerySet[WebhookDelivery]:
        rows = WebhookDelivery.objects.filter(webhook=webhook)
        if self.state == DeliveryState.WAITING:
            rows = rows.filter(state__in=OPEN_STATES)
        elif self.state:
            rows = rows.filter(state=self.state)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.since:
            rows = rows.filter(pk__gte=_first_from(_begin_of(self.since)))
        if self.until:
            rows = rows.filter(pk__lt=_first_from(_begin_of(self.until + timedelta(days=1))))
        return rows


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _first_from(moment: datetime) -> int:
    """The number of the first delivery of this time: numbers rise with time, so one index serves both."""
    rows = WebhookDelivery.objects.filter(created_at__gte=moment).order_by("created_at", "pk")
    first = rows.values_list("pk", flat=True).first()
    if first is not None:
        return first
    last = WebhookDelivery.objects.order_by("-pk").values_list("pk", flat=True).first()
    return (last or 0) + 1


def waiting_of(webhook: Webhook) -> tuple[int, bool]:
    """How many deliveries wait, and whether there are more than were counted."""
    rows = WebhookDelivery.objects.filter(STILL_OPEN, webhook=webhook)
    found = rows.values("pk")[: MOST_COUNTED + 1].count()
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def described(deliveries: Sequence[WebhookDelivery], user: User) -> list[dict[str, Any]]:
    """Deliveries with their event in words and the page of their record, as far as the user may know."""
    told = still_told(deliveries, user)
    return [_described(delivery, is_told=delivery.pk in told) for delivery in deliveries]


def _described(delivery: WebhookDelivery, *, is_told: bool) -> dict[str, Any]:
    kind = delivery.object_type
    has_page = is_told and kind in record_types and delivery.object_id is not None
    return {
        "delivery": delivery,
        "is_told": is_told,
        "label": label_of(delivery.kind),
        "url": url_of(record_types[kind], delivery.object_id or 0) if has_page else "",
    }


def pretty(delivery: WebhookDelivery) -> str:
    """What was sent, as people read it."""
    return json.dumps(json.loads(delivery.body), indent=2, ensure_ascii=False)


def events_of(webhook: Webhook) -> list[tuple[Any, list[Any]]]:
    """The events that it is told of, by type of record."""
    return [
        (record_types[key].plural, labels)
        for key, kinds in kinds_by_type().items()
        if (labels := [label for kind, label in kinds.items() if kind in webhook.kinds])
    ]


def condition_of(webhook: Webhook, now: datetime) -> str:
    """Its condition in words; empty without one."""
    if webhook.condition_type not in record_types:
        return ""
    kind = record_types[webhook.condition_type]
    view = Viewpoint(webhook.owner, timezone.localtime(now))
    try:
        said = sentence(checked(from_json(webhook.condition), kind, view), kind, view)
    except Refused as refusal:
        said = str(refusal)
    return f"{kind.plural}: {said}"


def views_with_conditions(user: User) -> Iterator[SavedView]:
    """The saved views whose condition a webhook can take."""
    for view in visible_views(user).order_by("object_type", "position", "pk"):
        if view.condition and view.object_type in record_types:
            yield view
