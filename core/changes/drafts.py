"""Records at hand that are about to change, and writing what has changed of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import audit
from core.models import ChangeSet, OwnedRecord
from core.registries import RecordType, change_rules
from core.registries.changes import ChangeRules
from core.upsert import update_rows

TAGS = "tags"


@dataclass
class Draft:
    """A locked record, what it was before, and its tags where they matter."""

    record: OwnedRecord
    before: dict[str, Any]
    tags: set[int] = field(default_factory=set)
    tags_before: frozenset[int] = frozenset()

    def changes(self) -> dict[str, tuple[Any, Any]]:
        found = audit.differences(self.before, self.record)
        if self.tags != self.tags_before:
            found[TAGS] = (sorted(self.tags_before), sorted(self.tags))
        return found


def rules_of(kind: RecordType) -> ChangeRules:
    return change_rules[kind.key] if kind.key in change_rules else ChangeRules(kind.key)


def load_drafts(kind: RecordType, pks: Collection[int], *, with_tags: bool) -> list[Draft]:
    """The records, locked in the order of their numbers: two changes never wait for each other.

    Their keys stay, so rows that point to them may be written meanwhile.
    """
    rows: Any = kind.model._base_manager.select_related(*rules_of(kind).related)
    rows = rows.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk")
    tags = tags_of(kind, pks) if with_tags else {}
    return [
        Draft(
            record,
            audit.snapshot(record),
            set(tags.get(record.pk, ())),
            frozenset(tags.get(record.pk, ())),
        )
        for record in rows
    ]


def tags_of(kind: RecordType, pks: Collection[int]) -> dict[int, set[int]]:
    """The tags of records by record: one query."""
    through, record, tag = tag_table(kind)
    found: dict[int, set[int]] = {}
    pairs = through._base_manager.filter(**{f"{record}__in": pks})
    for pk, tag_id in pairs.values_list(record, tag):
        found.setdefault(pk, set()).add(tag_id)
    return found


def tag_table(kind: RecordType) -> tuple[Any, str, str]:
    """The table of a type's tags, with the names of its two columns."""
    column: Any = kind.model._meta.get_field(TAGS)
    return column.remote_field.through, column.m2m_field_name(), column.m2m_reverse_field_name()


def complete(kind: RecordType, drafts: Sequence[Draft], at: datetime) -> None:
    """Fill the columns that follow the edited ones: compared text, the day of an outcome."""
    records = [draft.record for draft in drafts]
    rules_of(kind).follow(records, at)
    for record in records:
        normalise = getattr(record, "normalise", None)
        if normalise is not None:
            normalise()


def write_drafts(
    kind: RecordType,
    drafts: Iterable[Draft],
    *,
    action: str,
    change_set: ChangeSet,
) -> dict[int, audit.Changes]:
    """Write what has changed, with its trace; returns the changes of each changed record."""
    changes = [(draft, found) for draft in drafts if (found := draft.changes())]
    columns = {_column(name) for _draft, found in changes for name in found} - {TAGS}
    records = [draft.record for draft, _found in changes]
    if columns:
        for record in records:
            record.updated_at = change_set.at
        update_rows(records, fields=sorted(columns | {"updated_at"}))
    _write_tags(kind, [draft for draft, found in changes if TAGS in found])
    audit.record_all(
        actor=change_set.actor,
        action=action,
        changes_by_subject=[(draft.record, found) for draft, found in changes],
        change_set=change_set,
    )
    return {draft.record.pk: found for draft, found in changes}


def _column(name: str) -> str:
    return name.partition(".")[0]


def _write_tags(kind: RecordType, drafts: Sequence[Draft]) -> None:
    through, record, tag = tag_table(kind)
    added = [(d.record.pk, pk) for d in drafts for pk in d.tags - d.tags_before]
    removed: dict[int, list[int]] = {}
    for draft in drafts:
        for pk in draft.tags_before - draft.tags:
            removed.setdefault(pk, []).append(draft.record.pk)
    through._base_manager.bulk_create(
        [through(**{f"{record}_id": pk, f"{tag}_id": tag_id}) for pk, tag_id in added],
        batch_size=500,
        ignore_conflicts=True,
    )
    for tag_id, pks in removed.items():
        through._base_manager.filter(**{tag: tag_id, f"{record}__in": pks}).delete()
