"""What record pages show: facts, custom facts, changes, without what the user may not see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from core import permissions
from core.models import AuditEvent, User
from core.registries import RecordType, record_types
from core.services.custom_fields import fields_of

SHOWN_CHANGES = 50
ACTIONS_SHOWN = ("create", "edit", "assign")


@dataclass(frozen=True)
class Fact:
    """A label and a value."""

    label: Any
    value: Any


@dataclass(frozen=True)
class Change:
    """What somebody changed, field by field."""

    at: datetime
    actor: User | None
    action: str
    facts: list[tuple[Any, Any, Any]]


def facts(kind: RecordType, values: Mapping[str, Any], user: User) -> list[Fact]:
    """The fields of the record type that have a value and that the user may see."""
    access = permissions.access_of(user)
    return [
        Fact(kind.label_of(name), value)
        for name, value in values.items()
        if value not in (None, "") and access.sees(kind.field_name(name))
    ]


def custom_facts(object_type: str, values: Mapping[str, Any], user: User) -> list[Fact]:
    """The custom fields that have a value and that the user may see."""
    access = permissions.access_of(user)
    return [
        Fact(field.label, values[field.key])
        for field in fields_of(object_type)
        if values.get(field.key) is not None and access.sees(field.name)
    ]


def changes_of(record: Model, user: User) -> list[Change]:
    """The record's trail, newest first."""
    kind = record_types[record._meta.label_lower]
    access = permissions.access_of(user)
    labels = {f"custom.{f.key}": f.label for f in fields_of(kind.key)}
    events = (
        AuditEvent.objects.filter(
            object_type=kind.key, object_id=record.pk, action__in=ACTIONS_SHOWN
        )
        .select_related("actor")
        .order_by("-pk")[:SHOWN_CHANGES]
    )
    return [
        Change(
            event.at,
            event.actor,
            event.action,
            [
                (labels.get(name) or kind.label_of(name), before, after)
                for name, (before, after) in event.changes.items()
                if access.sees(kind.field_name(name)) and (name in labels or name in kind.fields)
            ],
        )
        for event in events
    ]
