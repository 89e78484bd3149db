"""Which record a row is of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core import permissions
from core.rows.items import Key
from core.rows.keys import find_by_keys
from core.text import comparable
from crm.choices import ImportMode
from crm.models import FileImport
from crm.services.imports.kinds import EXTERNAL, ID
from crm.services.imports.refusals import (
    ALREADY_THERE,
    IN_BIN,
    NO_KEY,
    NOT_THERE,
    SEVERAL,
    RowRefused,
)
from crm.services.imports.rows import FileRow
from crm.services.imports.systems import has_notes
from crm.services.imports.targets import Targets

# Columns that hold a key as it is compared, and how a value becomes so; others hold the value itself.
COMPARED: dict[str, tuple[str, Callable[[str], str]]] = {
    "email": ("email_key", str.casefold),
    "name": ("name_key", comparable),
    "domain": ("domain", str.casefold),
}


@dataclass(frozen=True)
class Known:
    """The records with one value of a key: those that may be changed, whether one of them is this
    import's own, and whether there are some out of reach."""

    reached: tuple[int, ...] = ()
    is_own: bool = False
    is_hidden: bool = False


class Finder:
    """Finds the records of rows by the keys of their import; two queries for each key."""

    def __init__(self, file_import: FileImport, targets: Targets) -> None:
        self.file_import = file_import
        self.targets = targets.by_name
        self.by = targets.user
        self.model: Any = targets.fields.kind.model
        self.keys = [name for name in file_import.key if name in self.targets]

    def key_of(self, row: FileRow) -> tuple[str, str] | None:
        """The first of the keys that the row has: its target and the value as it is compared."""
        for name in self.keys:
            if (value := row.values.get(name)) is not None:
                _column, compared = COMPARED.get(name, (name, str))
                return name, compared(str(value))
        return None

    def find(self, rows: Sequence[FileRow]) -> dict[int, RowRefused]:
        """Give rows their record; returns the refusals by number of the row."""
        wanted: dict[str, set[str]] = {}
        for row in rows:
            if key := self.key_of(row):
                wanted.setdefault(key[0], set()).add(key[1])
        known = {name: self._known(name, values) for name, values in wanted.items()}
        refused = {}
        for row in rows:
            try:
                self._name(row, known)
            except RowRefused as refusal:
                refused[row.number] = refusal
        return refused

    def _name(self, row: FileRow, known: dict[str, dict[str, Known]]) -> None:
        key, mode = self.key_of(row), self.file_import.mode
        if key is None:
            if mode == ImportMode.UPDATE:
                raise RowRefused(NO_KEY, key=self._told())
            return
        found = known[key[0]].get(key[1], Known())
        told = {"key": self.targets[key[0]].label, "text": str(row.values[key[0]])[:80]}
        if found.is_hidden and not found.reached:
            raise RowRefused(IN_BIN, **told)
        if len(found.reached) > 1:
            raise RowRefused(SEVERAL, **told)
        if not found.reached and (mode == ImportMode.UPDATE or key[0] == ID):
            raise RowRefused(NOT_THERE, **told)
        if found.reached and mode == ImportMode.CREATE and not found.is_own:
            raise RowRefused(ALREADY_THERE, **told)
        row.pk = found.reached[0] if found.reached else None

    def _told(self) -> str:
        return " / ".join(self.targets[name].label for name in self.keys)

    def _known(self, name: str, values: set[str]) -> dict[str, Known]:
        if name == EXTERNAL:
            return self._by_other_numbers(values)
        column, _compared = COMPARED.get(name, (ID if name == ID else name, str))
        if name == ID:
            values = {value for value in values if value.isdecimal() and len(value) < MOST_DIGITS}
        rows = self.model._base_manager.filter(**{f"{column}__any_of": values})
        if name not in HOLD_ONE:
            # Whether others keep something under a key that many may have is not told.
            rows = rows.filter(permissions.row_condition(self.model, self.by))
        return self._sorted(list(rows.values_list(column, "pk", "imported_by")))

    def _by_other_numbers(self, values: set[str]) -> dict[str, Known]:
        source = own_source(self.file_import)
        found = find_by_keys(self.targets_kind, (Key(source, value) for value in values))
        own = dict(
            self.model._base_manager.filter(pk__in=found.values()).values_list("pk", "imported_by")
        )
        return self._sorted([(key.key, pk, own.get(pk)) for key, pk in found.items()])

    @property
    def targets_kind(self) -> str:
        return self.file_import.object_type

    def _sorted(self, found: list[tuple[Any, int, int | None]]) -> dict[str, Known]:
        pks = {pk for _value, pk, _own in found}
        reached = set(
            permissions.visible_rows(self.model, self.by)
            .filter(pk__any_of=pks)
            .values_list("pk", flat=True)
        )
        known: dict[str, Known] = {}
        for value, pk, made_by in sorted(found, key=lambda each: each[1]):
            was = known.get(str(value), Known())
            known[str(value)] = Known(
                (*was.reached, pk) if pk in reached else was.reached,
                was.is_own or made_by == self.file_import.pk,
                was.is_hidden or pk not in reached,
            )
        return known


def own_source(file_import: FileImport) -> str:
    """The system whose numbers the rows of a file have; those of links are never those of notes."""
    source = file_import.source or FILE
    is_of_notes = file_import.object_type == "crm.activity" and has_notes(
        file_import.file_name, file_import.columns
    )
    return f"{source}.notes" if is_of_notes else source


FILE = "file"  # the system of numbers whose system nobody knows
MOST_DIGITS = 19
# Keys that only one record may have, also one in the bin.
HOLD_ONE = frozenset({"external_id", "sku", ID})
