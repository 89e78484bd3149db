"""What an audit event says was there before, put back into a record at hand."""

from collections.abc import Sequence
from typing import Any

from django.db.models import ForeignKey

from core.changes.drafts import TAGS, Draft
from core.custom_names import custom_key, is_custom
from core.models import AuditEvent, Tag
from core.records.fields import built_in
from core.registries import RecordType, change_kinds

# What the verbs of the door write beside the fields that people edit.
OWN_COLUMNS = frozenset({"owner", "team", "deleted_at"})
RESTORE = "restore"


class PuttingBack:
    """Puts records of one type back; asks once for all whether what they pointed to is still there."""

    def __init__(self, kind: RecordType, events: Sequence[AuditEvent]) -> None:
        self.columns = {column.name: column for column in kind.model._meta.concrete_fields}
        self.edited = OWN_COLUMNS | {f.column for f in built_in(kind) if f.is_editable}
        self.edited |= {name for added in change_kinds for name in added.columns}
        self.there = self._targets(events)
        self.worked_on = _worked_on(kind, events)
        self.tags = set(
            Tag.objects.filter(
                pk__in={pk for event in events for pk in event.changes.get(TAGS, [()])[0]}
            ).values_list("pk", flat=True)
        )

    def _targets(self, events: Sequence[AuditEvent]) -> dict[str, set[Any]]:
        """The rows that links pointed to and that still exist, by column."""
        wanted: dict[str, set[Any]] = {}
        for event in events:
            for name, (before, _after) in event.changes.items():
                if isinstance(self.columns.get(name), ForeignKey) and before is not None:
                    wanted.setdefault(name, set()).add(before)
        found: dict[str, set[Any]] = {}
        for name, pks in wanted.items():
            target: Any = self.columns[name].related_model
            there = target._base_manager.filter(pk__in=pks)
            found[name] = set(there.values_list("pk", flat=True))
        return found

    def apply(self, draft: Draft, event: AuditEvent) -> bool:
        """Whether the record was still as the event left it, and so was put back.

        Columns that only follow others (the day of an outcome) do not decide, and go back where
        nobody has written them since.
        """
        changes = event.changes.items()
        if draft.record.pk in self.worked_on or not all(
            self._is_untouched(draft, name, before, after) and self._may_return(name, before)
            for name, (before, after) in changes
            if self._decides(name)
        ):
            return False
        for name, (before, after) in changes:
            if name == TAGS:
                lost = set(before) - set(after)
                draft.tags = (draft.tags - (set(after) - set(before))) | (lost & self.tags)
            elif self._is_untouched(draft, name, before, after):
                self._write(draft, name, before)
        return True

    def _decides(self, name: str) -> bool:
        return name == TAGS or is_custom(name) or name in self.edited

    def _may_return(self, name: str, before: Any) -> bool:
        return before is None or name not in self.there or before in self.there[name]

    def _is_untouched(self, draft: Draft, name: str, before: Any, after: Any) -> bool:
        if name == TAGS:
            won, lost = set(after) - set(before), set(before) - set(after)
            return won <= draft.tags and not lost & draft.tags
        if is_custom(name):
            return bool(draft.record.custom.get(custom_key(name)) == after)
        column = self.columns[name]
        return bool(column.value_from_object(draft.record) == _python(column, after))

    def _write(self, draft: Draft, name: str, before: Any) -> None:
        if not is_custom(name):
            column = self.columns[name]
            setattr(draft.record, column.attname, _python(column, before))
            return
        key = custom_key(name)
        custom = {other: value for other, value in draft.record.custom.items() if other != key}
        draft.record.custom = custom if before is None else {**custom, key: before}


def _worked_on(kind: RecordType, events: Sequence[AuditEvent]) -> set[int | None]:
    """The records that the change itself has made and that somebody has done something with since:
    they do not go into the bin with it."""
    made = {e.object_id: e.pk for e in events if e.action != RESTORE and _is_made(e)}
    if not made:
        return set()
    later = AuditEvent.objects.filter(object_type=kind.key, object_id__in=made)
    rows = later.filter(pk__gt=min(made.values())).values_list("object_id", "pk")
    return {record for record, pk in rows if pk > made[record]}


def _is_made(event: AuditEvent) -> bool:
    before, after = event.changes.get("deleted_at", (None, None))
    return before is not None and after is None


def _python(column: Any, stored: Any) -> Any:
    column = column.target_field if isinstance(column, ForeignKey) else column
    return column.to_python(stored)
