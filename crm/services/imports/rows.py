"""Rows of a file as values by target, or refused with a sentence."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.models import FileImport, RefusedRow
from crm.services.imports.cells import CellReader, Setting
from crm.services.imports.kinds import IGNORE, MORE
from crm.services.imports.refusals import DELETED_THERE, NO_PLACE, TOO_WIDE, RowRefused
from crm.services.imports.systems import DELETED_COLUMN, is_deleted
from crm.services.imports.targets import Targets

HAN = re.compile(r"[\u3400-\u9fff]+")
# Where a further address or number goes: the first place where nothing stands.
EMAILS, PHONES = ("email", "other_email"), ("phone", "mobile", "other_phone")
PLACES = {
    **dict.fromkeys(("email", "other_email", "more_email"), EMAILS),
    **dict.fromkeys(("phone", "mobile", "other_phone", "more_phone"), PHONES),
}


@dataclass
class FileRow:
    """One row: what it says by target, what is told of it beside (reason, values), and which values
    were worked out, by which method.
    """

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    remarks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    derived: dict[str, str] = field(default_factory=dict)
    pk: int | None = None

    def derive(self, name: str, value: Any, method: str) -> None:
        """Give the row a value that its file does not tell."""
        self.values[name] = value
        self.derived[name] = method

    def remark(self, reason: str, **args: Any) -> None:
        self.remarks.append((reason, args))


@dataclass
class ReadRows:
    """The rows of a slice that could be read, and those that were refused."""

    rows: list[FileRow]
    refused: list[RefusedRow]

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.refused)


class RowReader:
    """Reads rows by the mapping of their import; `only` the columns with these targets, if given."""

    def __init__(
        self,
        file_import: FileImport,
        targets: Targets,
        setting: Setting,
        *,
        only: Container[str] | None = None,
    ) -> None:
        self.file_import = file_import
        self.width = len(file_import.columns)
        self.targets = targets.by_name
        self.columns = [
            (position, CellReader(self.targets[entry["target"]], entry, setting))
            for position, entry in enumerate(file_import.mapping)
            if entry["target"] != IGNORE
            and entry["target"] in self.targets
            and (only is None or entry["target"] in only)
        ]
        self.deleted_at = (
            file_import.columns.index(DELETED_COLUMN)
            if DELETED_COLUMN in file_import.columns
            else None
        )

    def read(self, rows: Iterable[Sequence[str]], *, first_row: int) -> ReadRows:
        found = ReadRows([], [])
        for number, cells in enumerate(rows, start=first_row):
            try:
                found.rows.append(self._row(number, list(cells)))
            except RowRefused as refusal:
                found.refused.append(
                    refused_row(
                        self.file_import, number, cells, refusal.reason, refusal.args_by_name
                    )
                )
        return found

    def _row(self, number: int, cells: list[str]) -> FileRow:
        if len(cells) > self.width:
            raise RowRefused(TOO_WIDE, found=len(cells), expected=self.width)
        if self.deleted_at is not None and is_deleted(cells, self.deleted_at):
            raise RowRefused(DELETED_THERE)
        row = FileRow(number, cells)
        more: list[tuple[str, Sequence[Any]]] = []
        for position, reader in self.columns:
            value, name = (
                reader(cells[position]) if position < len(cells) else None,
                reader.target.name,
            )
            if isinstance(value, tuple):
                more.append((name, value if name in MORE else value[1:]))
                value = None if name in MORE else value[0]
            if value is not None:
                row.values[name] = value
        for name, values in more:
            self._put_beside(row, name, values)
        return row

    def _put_beside(self, row: FileRow, name: str, more: Sequence[Any]) -> None:
        places = [place for place in PLACES.get(name, ()) if place in self.targets]
        for value in more:
            if value in (row.values.get(place) for place in places):
                continue
            free = next((place for place in places if place not in row.values), None)
            if free is None:
                row.remark(NO_PLACE, text=str(value))
            else:
                row.values[free] = value


def refused_row(
    file_import: FileImport,
    number: int,
    cells: Sequence[str],
    reason: str,
    args: Mapping[str, Any],
    *,
    is_written: bool = False,
) -> RefusedRow:
    return RefusedRow(
        file_import=file_import,
        row_number=number,
        reason=reason,
        reason_args=dict(args),
        values=list(cells),
        is_written=is_written,
    )


def join_names(values: dict[str, Any], prefix: str = "") -> None:
    """One name of two: the way round of its script; a full name given beside them stays."""
    given = values.get(f"{prefix}given_name", "")
    family = values.get(f"{prefix}family_name", "")
    if not values.get(f"{prefix}name") and (given or family):
        is_chinese = HAN.fullmatch(given + family)
        name = family + given if is_chinese else f"{given} {family}".strip()
        values[f"{prefix}name"] = name
