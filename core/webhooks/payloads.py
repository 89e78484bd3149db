"""What is sent: the event, the record as the webhook's owner sees it, and what changed of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from core import permissions
from core.conditions import Viewpoint, checked, from_json, to_q
from core.errors import Refused
from core.models import Webhook, WebhookEvent
from core.registries import RecordType, event_kinds, record_types
from core.telling.changes import ChangeReader
from core.telling.records import Json, RecordReader
from core.telling.values import moment
from core.webhooks.kinds import CHANGED, DELETED, verb_of


@dataclass(frozen=True)
class Told:
    """An event as one webhook is told of it."""

    event: WebhookEvent
    kind: str
    record: Json
    changes: Json | None

    def body(self, message: UUID) -> str:
        by = self.event.actor
        return encoded(
            {
                "type": self.kind,
                "id": f"msg_{message.hex}",
                "number": self.event.pk,
                "time": moment(self.event.at),
                "by": {"id": by.pk, "name": by.display_name} if by else None,
                "record": self.record,
                "changes": self.changes,
            }
        )


def encoded(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def told_to(webhook: Webhook, events: Sequence[WebhookEvent], now: datetime) -> list[Told]:
    """Those of the events that the webhook wants and its owner may know of, in their order."""
    view = Viewpoint(webhook.owner, timezone.localtime(now))
    wanted = [event for event in events if set(event.kinds) & set(webhook.kinds)]
    found: list[Told] = []
    for key in {event.object_type for event in wanted} & {kind.key for kind in record_types}:
        of_type = [event for event in wanted if event.object_type == key]
        found += _Teller(webhook, record_types[key], view).told(of_type)
    return sorted(found, key=lambda told: told.event.pk)


class _Teller:
    """Tells one webhook of records of one type: a few queries, however many events."""

    def __init__(self, webhook: Webhook, kind: RecordType, view: Viewpoint) -> None:
        self.webhook, self.kind, self.view = webhook, kind, view

    def told(self, events: Sequence[WebhookEvent]) -> list[Told]:
        records = self._records({event.object_id for event in events})
        changes = ChangeReader(self.kind, self.view).read([event.changes or {} for event in events])
        return [
            told
            for event, changed in zip(events, changes, strict=True)
            if event.object_id in records
            for told in self._of_event(event, records[event.object_id], changed)
        ]

    def _of_event(self, event: WebhookEvent, record: Json, changed: Json) -> list[Told]:
        found = []
        for name in event.kinds:
            if name not in self.webhook.kinds or not self._may_tell(event, name, changed):
                continue
            is_gone = verb_of(name) == DELETED
            told = changed if event.changes is not None else None
            found.append(
                Told(
                    event,
                    name,
                    {"id": record["id"]} if is_gone else record,
                    {} if is_gone else told,
                )
            )
        return found

    def _may_tell(self, event: WebhookEvent, name: str, changed: Json) -> bool:
        """That something changed which the owner may not see is not told either."""
        if name in event_kinds:
            return event_kinds[name].field in changed
        return verb_of(name) != CHANGED or event.changes is None or bool(changed)

    def _records(self, ids: set[int]) -> dict[int, Json]:
        """The records as they are now, of those that the owner reaches and the condition takes.

        Records of the bin are among them: what happened before they were deleted is told, too.
        """
        model, user = self.kind.model, self.webhook.owner
        rows = model._base_manager.filter(pk__in=ids)
        rows = rows.filter(permissions.reach_condition(model, user))
        if self.webhook.condition_type == self.kind.key:
            meeting = self._meeting(rows)
            rows = rows.filter(pk__in=meeting)
        reader = RecordReader(self.kind, self.view)
        found = list(reader.rows(rows))
        return {record["id"]: record for record in reader.read(found)}

    def _meeting(self, rows: Any) -> list[int]:
        """Those that meet the condition; none where the owner may no longer ask so."""
        try:
            condition = checked(from_json(self.webhook.condition), self.kind, self.view)
        except Refused:
            return []
        return list(rows.filter(to_q(condition, self.kind, self.view)).values_list("pk", flat=True))
