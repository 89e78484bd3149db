"""What a part of an archive links to, and neither we have nor any part brings."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from core.text import comparable
from crm.models import FileImport
from crm.services.imports.cells import Setting
from crm.services.imports.kinds import COLLEAGUE, EXTERNAL, PERSON
from crm.services.imports.links import COMPANY, LEAD, NUMBERS, Linker, link_label
from crm.services.imports.rows import FileRow, RowReader, join_names
from crm.services.imports.targets import BY_EMAIL, BY_NAME, BY_NUMBER, Target, Targets
from crm.services.imports.writing import targets_of

# Texts of a column that are looked for; a file may name a million others.
MOST_TEXTS, AT_ONCE, SHOWN = 100_000, 1_000, 20
OWNER = "owner"
NAMES = ("name", "given_name", "family_name")
# The columns of a part that hold what a link may say.
HOLDS = {
    BY_NUMBER: (EXTERNAL, "external_id"),
    BY_EMAIL: ("email",),
    BY_NAME: NAMES,
    OWNER: (EXTERNAL, "email", *NAMES),
}

Rows = Iterator[list[str]]
Open = Callable[[FileImport], Rows]


@dataclass
class Wanted:
    """The texts of one column that lead to nothing yet, and in how many rows each stands."""

    target: Target
    object_type: str
    by: str
    label: str
    texts: Counter[str] = field(default_factory=Counter)

    def see(self, row: FileRow) -> None:
        told = row.values.get(self.target.name)
        if told is None:
            return
        for text in NUMBERS.split(str(told)) if self.by == BY_NUMBER else [str(told)]:
            if text in self.texts or len(self.texts) < MOST_TEXTS:
                self.texts[text] += 1

    def keys(self) -> dict[str, list[str]]:
        """The texts as they are compared."""
        found: dict[str, list[str]] = {}
        for text in self.texts:
            found.setdefault(comparable(text), []).append(text)
        return found


def lacking(
    *, file_import: FileImport, rows_of: Open, setting: Setting, at: datetime
) -> list[dict[str, Any]]:
    """For each column with links how many texts lead nowhere, and those that most rows have.

    `rows_of` opens the stored rows of a part. Needs room for the texts of links only, never a file.
    """
    targets = targets_of(file_import, at)
    wanted = _wanted(file_import, targets)
    reader = RowReader(file_import, targets, setting, only={each.target.name for each in wanted})
    for row in _read(reader, rows_of(file_import)) if wanted else ():
        for each in wanted:
            each.see(row)
    linker = Linker(file_import, targets)
    for each in wanted:
        _drop_known(each, linker)
    for part in _parts_beside(file_import):
        _drop_brought([each for each in wanted if each.texts], part, rows_of, setting, at)
    return [
        {"label": each.label, "count": len(each.texts), "most": each.texts.most_common(SHOWN)}
        for each in wanted
        if each.texts
    ]


def _wanted(file_import: FileImport, targets: Targets) -> list[Wanted]:
    linker = Linker(file_import, targets)
    found = [
        Wanted(target, target.linked, target.by, link_label(target))
        for target in linker.links
        if target.by in HOLDS and not _is_made(target, linker)
    ]
    if OWNER in linker.entries and OWNER in targets.by_name:
        found.append(Wanted(targets.by_name[OWNER], COLLEAGUE, OWNER, linker.owner_label))
    return found


def _is_made(target: Target, linker: Linker) -> bool:
    """A company that a row names is made where there is none."""
    return target.linked == COMPANY and target.by == BY_NAME and linker.makes_companies


def _read(reader: RowReader, rows: Rows) -> Iterator[FileRow]:
    while chunk := list(islice(rows, AT_ONCE)):
        yield from reader.read(chunk, first_row=1).rows


def _drop_known(wanted: Wanted, linker: Linker) -> None:
    """Those that lead to a record or a colleague already."""
    name, texts = wanted.target.name, iter(list(wanted.texts))
    while chunk := list(islice(texts, AT_ONCE)):
        rows = [FileRow(0, [], {name: text}) for text in chunk]
        if wanted.by == OWNER:
            known = {row.values[name] for row in rows if linker.owner_of(row)}
        else:
            linked = linker.find(rows, own=wanted.object_type == linker.object_type)
            known = {row.values[name] for row in rows if linked.of(row, wanted.target)}
        for text in known:
            del wanted.texts[text]


def _parts_beside(file_import: FileImport) -> Iterator[FileImport]:
    """The parts that are still to come in, this one as well: rows may link to others of their file."""
    if file_import.batch is not None:
        yield from file_import.batch.parts.filter(run=None).select_related("created_by")


def _drop_brought(
    wanted: list[Wanted], part: FileImport, rows_of: Open, setting: Setting, at: datetime
) -> None:
    """Those that a part brings."""
    prefix = PERSON if part.object_type == LEAD else ""
    sought = [
        (each, {f"{prefix if name in NAMES else ''}{name}" for name in HOLDS[each.by]}, each.keys())
        for each in wanted
        if each.object_type == part.object_type
    ]
    if not sought:
        return
    only = {name for _each, names, _keys in sought for name in names}
    reader = RowReader(part, targets_of(part, at), setting, only=only)
    for row in _read(reader, rows_of(part)):
        join_names(row.values, prefix)
        for each, names, keys in sought:
            for text in (row.values[name] for name in names & row.values.keys()):
                for found in keys.pop(comparable(str(text)), ()):
                    del each.texts[found]
