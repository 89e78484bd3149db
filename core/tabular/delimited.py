"""Rows of delimited text, read line by line."""

import csv
from collections.abc import Iterator
from itertools import islice
from typing import IO

from django.utils.translation import gettext_noop

from core.errors import Refused
from core.tabular.layout import LOOKED_AT, header_place, is_blank

DELIMITERS = ",;\t|^~"
# Columns that are padded with blanks until they stand below each other.
BLANKS = " "
LEAST_PADDED = 3  # columns; two words a line are more often a name
# A cell longer than this is a sign of a quotation mark that was never closed.
csv.field_size_limit(1_000_000)
UNREADABLE = gettext_noop(
    "Line %(line)s cannot be read as CSV: look for an unclosed quotation mark."
)
# Nobody writes a row of a megabyte by hand; reading one takes many times its size.
MAX_LINE = 1_000_000
TOO_LONG = gettext_noop("A line of the file is longer than a million characters.")
# The first line by which Excel is told the delimiter.
SEPARATOR_LINE = "sep="


class Lines:
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


def rows_of(lines: Lines, delimiter: str) -> Iterator[list[str]]:
    """All rows; an empty line is an empty row. What cannot be read is told with the line it begins at."""
    reader = csv.reader(iter(lines), delimiter=delimiter)
    begins_at = 1
    try:
        for row in reader:
            yield row
            begins_at = reader.line_num + 1
    except csv.Error as error:
        raise Refused.by_msgid(UNREADABLE, line=str(begins_at)) from error


def table_rows(lines: Lines, delimiter: str) -> Iterator[list[str]]:
    """All rows, where the line that only names the delimiter says nothing."""
    if delimiter == BLANKS:
        yield from (line.split() for line in lines)
        return
    rows = rows_of(lines, delimiter)
    for first in islice(rows, 1):
        is_separator_line = delimiter.join(first).casefold() == SEPARATOR_LINE + delimiter
        yield [] if is_separator_line else first
    yield from rows


def filled_rows(lines: Lines, delimiter: str) -> Iterator[list[str]]:
    """The rows that say something."""
    return (row for row in rows_of(lines, delimiter) if not is_blank(row))


def delimiter_of(text: IO[bytes]) -> str:
    """What parts the cells: as the file says, else what fits its first rows best."""
    text.seek(0)
    first = text.readline(len(SEPARATOR_LINE) + 3).decode("utf-8", "ignore").strip("\r\n")
    if first.casefold().startswith(SEPARATOR_LINE) and len(first) == len(SEPARATOR_LINE) + 1:
        return first[-1]
    fits = {delimiter: _fit(text, delimiter) for delimiter in DELIMITERS}
    best = max(fits, key=lambda delimiter: fits[delimiter])
    parts_header = fits[best][0]
    return BLANKS if not parts_header and _is_padded(text) else best


def _is_padded(text: IO[bytes]) -> bool:
    """Whether all of the first lines have as many words, and runs of blanks between or before them."""
    text.seek(0)
    lines = [line for line in islice(Lines(text), LOOKED_AT) if line.strip()]
    widths = {len(line.split()) for line in lines}
    padded = sum(line.startswith(BLANKS) or 2 * BLANKS in line.strip() for line in lines)
    return (
        len(lines) > 1
        and len(widths) == 1
        and min(widths) >= LEAST_PADDED
        and 2 * padded > len(lines)
    )


def _fit(text: IO[bytes], delimiter: str) -> tuple[bool, bool, bool, int, int]:
    """Whether the delimiter parts the header, most rows have as many cells, and nothing stands above;
    how many rows have as many cells, and how many."""
    text.seek(0)
    try:
        rows = list(islice(rows_of(Lines(text), delimiter), LOOKED_AT))
    except Refused:
        return False, False, False, 0, 0
    place = header_place(rows)
    header = rows[place] if rows else []
    below = [row for row in rows[place + 1 :] if not is_blank(row)]
    alike = sum(len(row) == len(header) for row in below)
    is_first = all(is_blank(row) for row in rows[:place])
    return len(header) > 1, 2 * alike >= len(below), is_first, alike, len(header)
