"""Reads about merging: several records side by side, what points to them, what became of one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from core import permissions
from core.models import ChangeSet, User
from core.records import record_pages
from core.records.facts import FactReader
from core.records.fields import RecordField
from core.records.layouts import with_layout
from core.records.lookups import name_of
from core.records.plain import plain
from core.registries import RecordType, record_types
from crm.models import MergedRecord
from crm.queries.doubles import may_have_merges

MERGE = "merge"


@dataclass(frozen=True)
class Cell:
    """What one record says of a field."""

    pk: int
    text: str
    is_empty: bool
    is_chosen: bool


@dataclass(frozen=True)
class Line:
    """A field with the values of all records; they may say the same."""

    name: str
    label: Any
    cells: list[Cell]

    @property
    def differs(self) -> bool:
        return len({cell.text for cell in self.cells if not cell.is_empty}) > 1

    @property
    def value(self) -> str:
        """What is said by all that say something."""
        return next((cell.text for cell in self.cells if not cell.is_empty), "")


def records_to_merge(kind: RecordType, pks: Collection[int], user: User) -> list[Any]:
    """Those of the records that the user may edit, with what their pages show."""
    model: Any = kind.model
    rows = record_pages[kind.key].rows(model.objects.visible_to(user, "edit").for_list())
    rows = with_layout(rows, kind.key).prefetch_related("tags")
    return list(rows.filter(pk__in=pks).order_by("pk"))


def side_by_side(
    fields: Sequence[RecordField], records: Sequence[Any], chosen: dict[str, int], user: User
) -> list[Line]:
    """The fields that one of the records fills in; the record that wins each is `chosen`."""
    reader = FactReader(user)
    lines = [
        Line(
            field.name,
            field.label,
            [_cell(field, record, chosen.get(field.name), reader, user) for record in records],
        )
        for field in fields
    ]
    return [line for line in lines if line.value]


def _cell(
    field: RecordField, record: Any, winner: int | None, reader: FactReader, user: User
) -> Cell:
    value = field.value(record)
    is_empty = value in (None, "", [])
    text = "" if is_empty else _say(field, record, value, reader, user)
    return Cell(record.pk, text, is_empty, record.pk == winner)


def _say(field: RecordField, record: Any, value: Any, reader: FactReader, user: User) -> str:
    """A row that the record came with needs no look-up."""
    is_row = field.is_link and not field.custom
    if is_row and (not field.target or permissions.reaches(type(value), user, value)):
        return name_of(value, user)
    return reader.say(field, record, plain(value) if field.is_link else value)


def may_unmerge(change_set: ChangeSet, by: User) -> bool:
    """Whoever merged may, and administrators; once."""
    access = permissions.access_of(by)
    is_ones_own = change_set.actor_id == by.pk or access.is_administrator
    is_open = change_set.action == MERGE and change_set.undone_at is None
    return is_ones_own and is_open and access.may(f"{change_set.object_type}.delete")


def merged_into(record: Any, user: User) -> dict[str, Any] | None:
    """The panel of a record that others were merged into: which, when, by whom; undoing."""
    if not may_have_merges(record):
        return None
    kind = record_types[record._meta.label_lower]
    merges = MergedRecord.objects.filter(
        object_type=kind.key, survivor_id=record.pk, undone_at__isnull=True
    )
    rows = list(merges.select_related("change_set__actor").order_by("-pk")[:10])
    if not rows:
        return None
    reached = permissions.reach_condition(kind.model, user)
    gone = kind.model._base_manager.filter(reached, deleted_at__isnull=False)
    names = {
        each.pk: name_of(each, user) for each in gone.filter(pk__in=[r.loser_id for r in rows])
    }
    merged = [
        {
            "merge": row,
            "name": names[row.loser_id],
            "may_undo": may_unmerge(row.change_set, user),
        }
        for row in rows
        if row.loser_id in names
    ]
    return {"merged": merged} if merged else None
