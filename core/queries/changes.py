"""The trail of a record in words: field by field, by whom, when, and by which import or bulk change."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import ForeignKey, Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from core import permissions
from core.custom_names import is_custom
from core.models import AuditEvent, OwnedRecord, Tag, User
from core.permissions import Access
from core.records.fields import RecordField, added, built_in
from core.records.lookups import name_of
from core.registries import RecordType, audit_actions, change_kinds, record_types, trail_words

SHOWN_CHANGES = 50
TITLES = {
    "create": pgettext_lazy("event", "Created"),
    "assign": gettext_lazy("Changed hands"),
    "delete": pgettext_lazy("event", "Deleted"),
    "restore": gettext_lazy("Brought back"),
    "undo": gettext_lazy("Put back"),
    "file.add": gettext_lazy("File added"),
    "file.delete": gettext_lazy("File deleted"),
    "file.restore": gettext_lazy("File brought back"),
}
ICONS = {
    "create": "plus",
    "assign": "user-share",
    "delete": "trash",
    "restore": "arrow-back-up",
    "undo": "arrow-back-up",
    "file.add": "paperclip",
    "file.delete": "paperclip",
    "file.restore": "paperclip",
}


@dataclass(frozen=True)
class FieldChange:
    """What a field was and became; `may_restore` when its old value can be put back."""

    name: str
    label: Any
    before: Any
    after: Any
    may_restore: bool = False


@dataclass(frozen=True)
class Change:
    """What somebody did to the record."""

    event: AuditEvent
    fields: list[FieldChange]

    @property
    def pk(self) -> int:
        return self.event.pk

    @property
    def at(self) -> Any:
        return self.event.at

    @property
    def actor(self) -> User | None:
        return self.event.actor

    @property
    def action(self) -> str:
        return self.event.action

    @property
    def title(self) -> str:
        if self.action in change_kinds:
            return str(audit_actions[self.action].label)
        return str(TITLES.get(self.action, pgettext("event", "Changed")))

    @property
    def icon(self) -> str:
        return ICONS.get(self.action, "pencil")

    @property
    def facts(self) -> list[tuple[Any, Any, Any]]:
        return [(field.label, field.before, field.after) for field in self.fields]


@dataclass(frozen=True)
class Trail:
    """A page of changes, newest first; `older` leads to the next one."""

    changes: list[Change]
    older: int | None = None


def trail_of(record: Any, user: User, *, before: int | None = None) -> Trail:
    """What may be seen of the record's trail, before an event's number."""
    object_type = record._meta.label_lower
    events = AuditEvent.objects.filter(object_type=object_type, object_id=record.pk)
    if before is not None:
        events = events.filter(pk__lt=before)
    events = events.select_related("actor", "run", "change_set").order_by("-pk")
    rows = list(events[: SHOWN_CHANGES + 1])
    older = rows[SHOWN_CHANGES - 1].pk if len(rows) > SHOWN_CHANGES else None
    return Trail(in_words_of(record, rows[:SHOWN_CHANGES], user), older)


def in_words_of(record: Any, events: Sequence[AuditEvent], user: User) -> list[Change]:
    """The events without what the user may not see; one that says nothing then is left out."""
    kind = record_types[record._meta.label_lower]
    may_edit = permissions.reaches(type(record), user, record, "edit")
    told = fields_told(kind, events, user, may_edit=may_edit)
    return [
        Change(event, fields)
        for event, fields in zip(events, told, strict=True)
        if fields or not event.changes
    ]


def fields_told(
    kind: RecordType, events: Sequence[AuditEvent], user: User, *, may_edit: bool = False
) -> list[list[FieldChange]]:
    """What each event of records of a type says of the fields that the user may see."""
    access = permissions.access_of(user)
    has_added = any(is_custom(name) for event in events for name in event.changes)
    known = [*built_in(kind), *(added(kind) if has_added else ())]
    fields = {f.trail_name: f for f in known if access.sees(f.rule)}
    words = _Words(kind.model, events, fields, user)
    return [_told(event, fields, words, access, may_edit) for event in events]


def _told(
    event: AuditEvent,
    fields: dict[str, RecordField],
    words: "_Words",
    access: Access,
    may_edit: bool,
) -> list[FieldChange]:
    told = [
        FieldChange(
            name,
            fields[name].label,
            words.of(name, before),
            words.of(name, after),
            may_edit and fields[name].is_editable and access.edits(fields[name].rule),
        )
        for name, (before, after) in event.changes.items()
        if name in fields
    ]
    told += [
        FieldChange(name, _("File"), before or None, after or None)
        for name, (before, after) in event.changes.items()
        if name == "file"
    ]
    return told + list(_told_by_apps(event, access))


def _told_by_apps(event: AuditEvent, access: Access) -> Iterator[FieldChange]:
    """What is no field, in the words of the app that wrote it."""
    for name, pair in event.changes.items():
        words = f"{event.object_type}.{name}"
        if words in trail_words and access.sees(words):
            said = trail_words[words]
            before, after = (said.tell(value, access.user) if value else None for value in pair)
            yield FieldChange(name, said.label, before, after)


class _Words:
    """What stored values mean: labels of choices, names of related records (one query each)."""

    def __init__(
        self,
        model: type[Model],
        events: Sequence[AuditEvent],
        fields: dict[str, RecordField],
        user: User,
    ) -> None:
        self.user, self.fields = user, fields
        self.columns = {f.name: f for f in model._meta.get_fields() if hasattr(f, "attname")}
        seen = [(name, pair) for e in events for name, pair in e.changes.items() if name in fields]
        wanted: dict[str, set[Any]] = {}
        for name, pair in seen:
            wanted.setdefault(name, set()).update(_numbers(pair))
        self.rows = {
            name: self._model(name)._base_manager.in_bulk(numbers)
            for name, numbers in wanted.items()
            if self._model(name) is not None and numbers
        }

    def _model(self, name: str) -> Any:
        """The model whose rows the values of the field are numbers of."""
        field = self.fields[name]
        if field.column == "tags":
            return Tag
        column = self.columns.get(field.column)
        if isinstance(column, ForeignKey):
            return column.related_model
        if field.custom and field.is_link:
            return record_types[field.target].model if field.target in record_types else User
        return None

    def of(self, name: str, value: Any) -> Any:
        if value in (None, "", []):
            return None
        if self._model(name) is not None:
            values = value if isinstance(value, list) else [value]
            return ", ".join(self._row(name, each) for each in values)
        return self.fields[name].text(value)

    def _row(self, name: str, number: Any) -> str:
        row = self.rows.get(name, {}).get(number)
        if row is None:
            return _("a deleted record")
        if isinstance(row, OwnedRecord) and not permissions.reaches(type(row), self.user, row):
            return _("a record that you may not see")
        return name_of(row, self.user) if isinstance(row, OwnedRecord) else str(row)


def _numbers(pair: Iterable[Any]) -> set[Any]:
    found: set[Any] = set()
    for value in pair:
        found.update(value if isinstance(value, list) else [value])
    return {each for each in found if isinstance(each, int) and each is not True}
