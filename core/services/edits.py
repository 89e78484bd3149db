"""Editing field by field: what only I changed is saved, what only another changed stays.

A form carries the values it was loaded with. A field that both changed differently is a conflict:
nothing of it is written, both values are shown, and whoever decides sends the value that is there now
as the one it was loaded with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Refused
from core.models import AuditEvent, User
from core.records.declaration import Save
from core.records.fields import RecordField
from core.records.plain import plain
from core.services.records import after_change, save_record
from core.tags import tags_called

LOOKED_BACK = 100  # events among which the one that changed a field is looked for


@dataclass(frozen=True)
class Conflict:
    """A field that two people changed differently, and by whom and when the other did."""

    field: RecordField
    mine: Any
    theirs: Any
    before: Any
    by: User | None
    at: datetime | None


@dataclass(frozen=True)
class Outcome:
    """The record as it is now, and what could not be written."""

    record: Any
    conflicts: list[Conflict]


def keep_record(record: Any, by: User, _at: datetime) -> Any:
    """The plain way to write an edited record, for types without rules of their own."""
    return save_record(record=record, by=by)


@transaction.atomic
def edit_record(
    *,
    record: Any,
    fields: Mapping[str, RecordField],
    wanted: Mapping[str, Any],
    loaded: Mapping[str, Any],
    by: User,
    at: datetime,
    save: Save,
) -> Outcome:
    """Write the wanted values where nobody came between; `record` is read anew under a lock."""
    stored = _locked(record)
    kept: dict[str, Any] = {}
    conflicting: list[str] = []
    for name, value in wanted.items():
        now = plain(fields[name].value(stored))
        was = loaded.get(name, now)
        if plain(value) in (was, now):
            continue
        if now == was:
            kept[name] = value
        else:
            conflicting.append(name)
    _write(stored, {fields[name]: value for name, value in kept.items()}, by, at, save)
    trail = _last_changes(stored, [fields[name] for name in conflicting])
    conflicts = [
        Conflict(
            fields[name],
            wanted[name],
            fields[name].value(stored),
            loaded.get(name),
            *trail.get(name, (None, None)),
        )
        for name in conflicting
    ]
    return Outcome(stored, conflicts)


def _locked(record: Any) -> Any:
    rows = type(record)._base_manager.select_for_update(of=("self",))
    stored = rows.filter(pk=record.pk, deleted_at__isnull=True).first()
    if stored is None:
        raise Refused(_("This record is gone. Somebody deleted it in the meantime."))
    return stored


def _write(
    record: Any, values: Mapping[RecordField, Any], by: User, at: datetime, save: Save
) -> None:
    tags: list[str] | None = None
    for field, value in values.items():
        if field.column == "tags":
            tags = value
        else:
            field.put(record, value)
    if any(field.column != "tags" for field in values):
        save(record, by, at)
    if tags is not None:
        set_tags(record=record, names=tags, by=by)


@transaction.atomic
def set_tags(*, record: Any, names: list[str], by: User) -> None:
    """Give the record exactly these tags; new words become tags."""
    before = sorted(record.tags.values_list("pk", flat=True))
    tags = tags_called(names, is_making=True)
    after = sorted(tag.pk for tag in tags)
    if before != after:
        record.tags.set(tags)
        changes = {"tags": (before, after)}
        audit.record(actor=by, action="edit", subject=record, changes=changes)
        after_change(record._meta.label_lower, [record.pk], changes={record.pk: changes}, by=by)


def _last_changes(
    record: Any, fields: list[RecordField]
) -> dict[str, tuple[User | None, datetime]]:
    """Who changed the fields last, and when."""
    if not fields:
        return {}
    wanted = {field.trail_name: field.name for field in fields if not field.through}
    found: dict[str, tuple[User | None, datetime]] = {}
    events = AuditEvent.objects.filter(
        object_type=record._meta.label_lower, object_id=record.pk
    ).select_related("actor")
    for event in events.order_by("-pk")[:LOOKED_BACK]:
        for trail_name in wanted.keys() & event.changes.keys():
            found.setdefault(wanted[trail_name], (event.actor, event.at))
    return found
