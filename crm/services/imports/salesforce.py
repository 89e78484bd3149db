"""Salesforce links tasks and events by IDs that begin with what they are of: a column for each type."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO

from core.tabular.reading import COMMA, Table
from core.text import comparable
from crm.services.imports.rewriting import rewritten, rows_below

WHO, WHAT, SUBJECT = "whoid", "whatid", "subject"
# The first three characters of an ID, and the column that it goes to.
WHOM = {"003": "ContactId", "00Q": "LeadId"}
OF_WHAT = {"001": "AccountId", "006": "OpportunityId"}
PREFIX = 3


@dataclass(frozen=True)
class Place:
    """Where a column with IDs of several types stands, and where those of each type go."""

    place: int
    columns: dict[str, int]


def is_of_activities(columns: Sequence[str]) -> bool:
    names = {comparable(column) for column in columns}
    return SUBJECT in names and bool({WHO, WHAT} & names)


def part_links(table: Table, file: IO[bytes]) -> Table:
    """Write the table anew: IDs stand in the column of their type, others stay where they were."""
    columns = list(table.columns)
    names = [comparable(column) for column in columns]
    places = []
    for name, wanted in ((WHO, WHOM), (WHAT, OF_WHAT)):
        if name in names:
            found = {prefix: _place(column, columns) for prefix, column in wanted.items()}
            places.append(Place(names.index(name), found))
    empty = {each.place for each in places} - _filled(file, table, places)
    width = len(columns)
    columns = [column for place, column in enumerate(columns) if place not in empty]
    rows = _parted(file, table, places, width)
    kept = (
        [cell for place, cell in enumerate(row) if place not in empty or len(row) > width]
        for row in rows
    )
    sample, count = rewritten(columns, kept, file)
    return replace(table, columns=columns, delimiter=COMMA, sample=sample, rows=count)


def _place(column: str, columns: list[str]) -> int:
    """The place of the column, which is added where there is none."""
    names = [comparable(each) for each in columns]
    if comparable(column) not in names:
        columns.append(column)
        return len(columns) - 1
    return names.index(comparable(column))


def _filled(file: IO[bytes], table: Table, places: Sequence[Place]) -> set[int]:
    """The columns in which IDs of other types stay."""
    gone = {each.place: each.columns.keys() | {""} for each in places}
    return {
        place
        for row in rows_below(file, table)
        for place, prefixes in gone.items()
        if place < len(row) and row[place].strip()[:PREFIX] not in prefixes
    }


def _parted(
    file: IO[bytes], table: Table, places: Sequence[Place], width: int
) -> Iterator[list[str]]:
    for row in rows_below(file, table):
        if len(row) > len(table.columns):  # refused later, with all it says
            yield [*row, *[""] * (width + 1 - len(row))]
            continue
        cells = [*row, *[""] * (width - len(row))]
        for each in places:
            text = cells[each.place].strip()
            place = each.columns.get(text[:PREFIX])
            if place is not None:
                cells[each.place] = ""
                cells[place] = cells[place] or text
        yield cells
