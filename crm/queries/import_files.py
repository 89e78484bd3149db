"""The stored files of imports: always read in slices, never as a whole."""

from collections.abc import Callable, Iterator
from typing import Any, TypedDict

from core.tabular.delimited import Lines, filled_rows
from crm.models import FileImport

SLICE_ROWS = 1_000


class RowSlice(TypedDict):
    """Rows of a file from a byte offset on; `first_row` counts from 1 below the header."""

    offset: int
    first_row: int
    rows: int


def slices(
    file_import: FileImport, see: Callable[[list[str]], None] | None = None
) -> Iterator[tuple[RowSlice, float]]:
    """Cut the file into slices; yields each with the share of the file read so far.

    `see` is shown every row.
    """
    with file_import.file.open("rb") as stored:
        size = max(stored.size, 1)
        lines = Lines(stored)
        rows = filled_rows(lines, file_import.delimiter)
        next(rows, None)  # the header
        cut = RowSlice(offset=lines.offset, first_row=1, rows=0)
        number = 0
        for number, row in enumerate(rows, start=1):
            if see is not None:
                see(row)
            cut["rows"] += 1
            if cut["rows"] == SLICE_ROWS:
                yield cut, lines.offset / size
                cut = RowSlice(offset=lines.offset, first_row=number + 1, rows=0)
        if cut["rows"]:
            yield cut, 1.0


def all_rows(file_import: FileImport) -> Iterator[list[str]]:
    """The rows of the file, one after the other."""
    with file_import.file.open("rb") as stored:
        rows = filled_rows(Lines(stored), file_import.delimiter)
        next(rows, None)  # the header
        yield from rows


def read_slice(file_import: FileImport, cut: dict[str, Any]) -> list[list[str]]:
    """The rows of one slice."""
    with file_import.file.open("rb") as stored:
        stored.seek(cut["offset"])
        rows = filled_rows(Lines(stored), file_import.delimiter)
        return [row for row, _number in zip(rows, range(cut["rows"]), strict=False)]
