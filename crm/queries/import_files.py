"""Reading uploaded CSV files: always in slices, never as a whole."""

import csv
from collections.abc import Iterator
from typing import IO, Any, TypedDict

from django.utils.translation import gettext_noop

from core.errors import Refused
from crm.models import LeadImport

SLICE_ROWS = 500
# A cell longer than this is a sign of a quotation mark that was never closed.
csv.field_size_limit(1_000_000)
UNREADABLE = gettext_noop(
    "Line %(line)s cannot be read as CSV: look for an unclosed quotation mark."
)


# Nobody writes a row of a megabyte by hand; reading one takes many times its size.
MAX_LINE = 1_000_000
TOO_LONG = gettext_noop("A line of the file is longer than a million characters.")


class RowSlice(TypedDict):
    """Rows of a file from a byte offset on; `first_row` counts from 1 below the header."""

    offset: int
    first_row: int
    rows: int


class _Lines:
    """Lines of a binary file as text, counting the bytes handed out.

    Reads by `readline`: iterating over Django's wrapper would begin at 0 again.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.offset = file.tell()

    def __iter__(self) -> Iterator[str]:
        for line in iter(lambda: self.file.readline(MAX_LINE + 1), b""):
            if len(line) > MAX_LINE:
                raise Refused.by_msgid(TOO_LONG)
            self.offset += len(line)
            yield line.decode("utf-8")


def slices(lead_import: LeadImport) -> Iterator[tuple[RowSlice, float]]:
    """Cut the file into slices; yields each with the share of the file read so far."""
    with lead_import.file.open("rb") as stored:
        size = max(stored.size, 1)
        lines = _Lines(stored)
        rows = _rows(lines, lead_import.delimiter)
        next(rows, None)  # the header
        cut = RowSlice(offset=lines.offset, first_row=1, rows=0)
        number = 0
        for number, _row in enumerate(rows, start=1):
            cut["rows"] += 1
            if cut["rows"] == SLICE_ROWS:
                yield cut, lines.offset / size
                cut = RowSlice(offset=lines.offset, first_row=number + 1, rows=0)
        if cut["rows"]:
            yield cut, 1.0


def read_slice(lead_import: LeadImport, cut: dict[str, Any]) -> list[list[str]]:
    """The rows of one slice."""
    with lead_import.file.open("rb") as stored:
        stored.seek(cut["offset"])
        rows = _rows(_Lines(stored), lead_import.delimiter)
        return [row for row, _number in zip(rows, range(cut["rows"]), strict=False)]


def head(file: IO[bytes], delimiter: str, rows: int) -> list[list[str]]:
    """The first rows of a file, header included."""
    file.seek(0)
    found = _rows(_Lines(file), delimiter)
    return [row for row, _number in zip(found, range(rows), strict=False)]


def _rows(lines: _Lines, delimiter: str) -> Iterator[list[str]]:
    """Rows of the file; empty lines are no rows."""
    reader = csv.reader(iter(lines), delimiter=delimiter)
    try:
        yield from (row for row in reader if any(cell.strip() for cell in row))
    except csv.Error as error:
        raise Refused.by_msgid(UNREADABLE, line=str(reader.line_num)) from error
