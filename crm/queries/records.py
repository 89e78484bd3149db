"""What record pages show: facts, custom facts, changes, without what the user may not see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import ForeignKey, Model
from django.utils.translation import gettext

from core import permissions
from core.conditions.fields import value_of
from core.models import AuditEvent, User
from core.permissions import Access
from core.registries import RecordType, record_types
from core.services.custom_fields import fields_of
from crm.models import Contact

ELSEWHERE = frozenset({"owner", "created"})


@dataclass(frozen=True)
class Fact:
    """A label and a value; `name` is the field's, for values that are drawn as links."""

    label: Any
    value: Any
    name: str = ""


@dataclass(frozen=True)
class Change:
    """What somebody changed, field by field."""

    pk: int
    at: datetime
    actor: User | None
    action: str
    facts: list[tuple[Any, Any, Any]]


def facts(kind: RecordType, values: Mapping[str, Any], user: User) -> list[Fact]:
    """The fields of the record type that have a value and that the user may see."""
    access = permissions.access_of(user)
    return [
        Fact(kind.label_of(name), value, name)
        for name, value in values.items()
        if value not in (None, "") and access.sees(kind.field_name(name))
    ]


def own_facts(kind: RecordType, record: Model, user: User) -> list[Fact]:
    """The record's facts; who has it and since when stand elsewhere on the page."""
    shown = (f for f in kind.fields if f.name not in ELSEWHERE)
    return facts(kind, {f.name: value_of(record, f.value_path) for f in shown}, user)


def person_facts(contact: Contact, user: User) -> list[Fact]:
    """How a lead's person is reached."""
    values = {name: getattr(contact, name) for name in ("name", "email", "phone")}
    return facts(record_types["crm.contact"], values, user)


def seen_of_leads(user: User) -> dict[str, bool]:
    """Which of the columns that other pages show of leads the user may see."""
    access = permissions.access_of(user)
    return {name: access.sees(f"crm.lead.{name}") for name in ("status", "score")}


def custom_facts(object_type: str, values: Mapping[str, Any], user: User) -> list[Fact]:
    """The custom fields that have a value and that the user may see."""
    access = permissions.access_of(user)
    return [
        Fact(field.label, values[field.key])
        for field in fields_of(object_type)
        if values.get(field.key) is not None and access.sees(field.name)
    ]


def in_words_of(record: Model, events: Sequence[AuditEvent], user: User) -> list[Change]:
    """What the events say, without what the user may not see."""
    kind = record_types[record._meta.label_lower]
    access = permissions.access_of(user)
    labels: dict[str, Any] = dict(kind.labels)
    if any(name.startswith("custom.") for event in events for name in event.changes):
        labels |= {f"custom.{f.key}": f.label for f in fields_of(kind.key)}
    words = _StoredWords(record, events, access)
    return [
        Change(
            event.pk,
            event.at,
            event.actor,
            event.action,
            [
                (labels[name], words.of(name, before), words.of(name, after))
                for name, (before, after) in event.changes.items()
                if name in labels and access.sees(kind.field_name(name))
            ],
        )
        for event in events
    ]


class _StoredWords:
    """What stored values mean: labels of choices, names of related records (one query each)."""

    def __init__(self, record: Model, events: Sequence[AuditEvent], access: Access) -> None:
        self.access = access
        names = {name for event in events for name in event.changes if "." not in name}
        self.fields = {
            field.name: field for field in record._meta.concrete_fields if field.name in names
        }
        self.related = {
            name: _in_bulk(
                field, {pk for event in events for pk in event.changes.get(name, ()) if pk}
            )
            for name, field in self.fields.items()
            if isinstance(field, ForeignKey)
        }

    def of(self, name: str, value: Any) -> Any:
        if name in self.related and value:
            related = self.related[name].get(value)
            if related is None:
                return gettext("a deleted record")
            is_user = isinstance(related, User)
            return related.display_name if is_user else related.name_for(self.access)
        choices = dict(self.fields[name].flatchoices) if name in self.fields else {}
        return choices.get(value, value)


def _in_bulk(field: Any, keys: set[int]) -> dict[int, Any]:
    rows: dict[int, Any] = field.related_model.objects.in_bulk(keys)
    return rows
