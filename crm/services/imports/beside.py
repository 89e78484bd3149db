"""Columns that apps above take from imports: what is told of a record beside its own fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.models import User
from core.registries.base import Registry
from crm.models import FileImport
from crm.services.imports.kinds import Extra

if TYPE_CHECKING:
    from crm.services.imports.rows import FileRow

# A record that was written, and the row that wrote it.
Told = tuple[Any, "FileRow"]


@dataclass(frozen=True)
class ColumnsBeside:
    """Columns of files for records of these `kinds`, kept by an app above.

    `columns` are those that somebody may fill, by the names of their targets. `keep` is given what was written,
    within the transaction that wrote it, and may remark on rows; `take_back` undoes what an import kept and tells
    how much that was.
    """

    key: str
    kinds: frozenset[str]
    columns: Callable[[User], Mapping[str, Extra]]
    keep: Callable[[FileImport, Sequence[Told], datetime], None]
    take_back: Callable[[FileImport, datetime], int]


columns_beside: Registry[ColumnsBeside] = Registry("Columns of imports")


def extras_beside(kind: str, user: User) -> dict[str, Extra]:
    """What somebody may fill beside the fields of a record."""
    found: dict[str, Extra] = {}
    for each in columns_beside:
        if kind in each.kinds:
            found |= each.columns(user)
    return found


def keep_beside(file_import: FileImport, kind: str, told: Sequence[Told], at: datetime) -> None:
    """Hand what was written to the apps that take columns of it."""
    for each in columns_beside:
        if kind in each.kinds and told:
            each.keep(file_import, told, at)


def take_back_beside(file_import: FileImport, at: datetime) -> int:
    """Undo what the apps above kept of an import; how much that was."""
    return sum(each.take_back(file_import, at) for each in columns_beside)
