"""Which record stays and whose values win, as a proposal for people to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import permissions
from core.choices import FieldType
from core.models import AuditEvent, User
from core.records.fields import RecordField, fields_for
from core.registries import RecordType

EMPTY: tuple[Any, ...] = (None, "", [])
MOST_EVENTS = 500


@dataclass(frozen=True)
class Proposal:
    """The record that stays, and by field the record whose value is taken."""

    survivor: int
    winners: Mapping[str, int]


def merged_fields(kind: RecordType, by: User) -> list[RecordField]:
    """The fields whose values can be chosen: those that the user sees and edits, but for tags.

    Tags are put together.
    """
    access = permissions.access_of(by)
    return [
        field
        for field in fields_for(kind, access)
        if field.is_editable and field.type != FieldType.TAGS and access.edits(field.rule)
    ]


def propose(kind: RecordType, records: Sequence[Any], by: User) -> Proposal:
    """A value wins over none, one that somebody wrote over one that came by itself, newer over older."""
    fields = merged_fields(kind, by)
    written = _written_by_people(kind, records)
    survivor = max(records, key=lambda record: _fullness(record, fields))

    def rank(record: Any, field: RecordField) -> tuple[Any, ...]:
        by_hand = written.get((record.pk, field.trail_name))
        moment = by_hand or record.updated_at
        return by_hand is not None, moment, record.pk == survivor.pk, record.pk

    winners = {}
    for field in fields:
        filled = [record for record in records if field.value(record) not in EMPTY]
        if filled:
            winners[field.name] = max(filled, key=lambda record: rank(record, field)).pk
    return Proposal(survivor.pk, winners)


def _fullness(record: Any, fields: Sequence[RecordField]) -> tuple[int, int]:
    """The record that says the most, else the one that was there first."""
    return sum(field.value(record) not in EMPTY for field in fields), -record.pk


def _written_by_people(kind: RecordType, records: Sequence[Any]) -> dict[tuple[int, str], datetime]:
    """When somebody wrote a field by hand last; what many records got at once is no hand's work."""
    events = AuditEvent.objects.filter(
        object_type=kind.key,
        object_id__in=[record.pk for record in records],
        actor__isnull=False,
        change_set__isnull=True,
    )
    found: dict[tuple[int, str], datetime] = {}
    for pk, at, changes in events.order_by("-pk").values_list("object_id", "at", "changes")[
        :MOST_EVENTS
    ]:
        for name in changes:
            found.setdefault((pk or 0, name), at)
    return found
