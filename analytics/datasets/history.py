"""What fields held at a moment of the past: today's values with later changes taken back."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from core.models import AuditEvent

CHUNK = 2_000
CREATE = "create"

# Rows of a table, each with the record that it is of and the moment it stands for.
Moment = tuple[int, int, datetime]  # row, record, moment


def later_changes(
    object_type: str, moments: Sequence[Moment], names: Sequence[str]
) -> Iterator[tuple[int, str, Any]]:
    """Row, field and the value that it had, for fields that changed after the row's moment.

    The trail is read from its end: of several changes the earliest one after the moment is told
    last, and what was before it is what holds.
    """
    wanted = frozenset(names)
    by_record: dict[int, list[tuple[int, datetime]]] = {}
    for row, record, moment in moments:
        by_record.setdefault(record, []).append((row, moment))
    records = list(by_record)
    for start in range(0, len(records), CHUNK):
        for event in _events(object_type, records[start : start + CHUNK]):
            told = [
                (name, change[0])
                for name, change in event.changes.items()
                if name in wanted and isinstance(change, list) and len(change) == 2
            ]
            for row, moment in by_record[event.object_id] if told else ():
                if event.at > moment:
                    yield from ((row, name, value) for name, value in told)


def _events(object_type: str, records: Sequence[int]) -> Iterator[Any]:
    """Changes of these records, the latest first; what a record began with is no change."""
    events = AuditEvent.objects.filter(object_type=object_type, object_id__in=records)
    told = events.exclude(action=CREATE).exclude(changes={}).order_by("-pk")
    return told.only("at", "object_id", "changes").iterator(chunk_size=CHUNK)
