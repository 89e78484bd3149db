"""The outbox of webhooks: what somebody wants to know is written with the change itself."""

from collections.abc import Collection, Mapping
from datetime import datetime

from core import audit
from core.models import User, Webhook, WebhookDelivery, WebhookEvent
from core.webhooks.kinds import CREATE, DELETED, SILENT, raised

BATCH = 500


def note_events(
    *,
    kind: str,
    ids: Collection[int],
    action: str,
    changes: Mapping[int, audit.Changes] | None,
    by: User | None,
    at: datetime,
) -> None:
    """Keep the events that the change of these records is, as far as some webhook wants them.

    `changes` are those of each record; None where they are not known.
    """
    if action in SILENT:
        _forget(kind, ids)
        return
    wanted = _wanted(kind)
    if not wanted:
        return
    events = []
    if changes is None and action == CREATE:
        changes = {}
    for pk in ids:
        kept = None if changes is None else audit.plain_changes(changes.get(pk, {}))
        kinds = [name for name in raised(kind, action, kept) if name in wanted]
        if kinds:
            events.append(
                WebhookEvent(
                    at=at, object_type=kind, object_id=pk, kinds=kinds, changes=kept, actor=by
                )
            )
    WebhookEvent.objects.bulk_create(events, batch_size=BATCH)


def _wanted(kind: str) -> set[str]:
    """The events of the record type that are wanted: a few rows, read once for all records of a change.

    Not from a cache: what happens just after a webhook was made must not be missed.
    """
    rows = Webhook.objects.collecting().values_list("kinds", flat=True)
    return {name for kinds in rows for name in kinds if name.rpartition(".")[0] == kind}


def _forget(kind: str, ids: Collection[int]) -> None:
    """What is deleted for good stands in no log either; that it was deleted is still told."""
    of_records = {"object_type": kind, "object_id__in": ids}
    deleted = f"{kind}.{DELETED}"
    WebhookDelivery.objects.filter(**of_records).exclude(kind=deleted).delete()
    for event in WebhookEvent.objects.filter(**of_records):
        if deleted not in event.kinds:
            event.delete()
