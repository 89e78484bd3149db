"""Finding the table in a file and writing it down as plain CSV."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, count, dropwhile, islice
from tempfile import SpooledTemporaryFile
from typing import IO

from django.core.files import File
from django.utils.translation import gettext as _

from core.choices import FileKind
from core.errors import Refused
from core.tabular.cards import card_rows, is_address_book
from core.tabular.delimited import Lines, delimiter_of, table_rows
from core.tabular.encodings import decoded, encoding_of, reads_as
from core.tabular.layout import LOOKED_AT, Body, Row, header_place, is_blank
from core.tabular.workbooks import is_workbook, sheet_rows

IN_MEMORY = 8_000_000
SAMPLE_ROWS = 1_000
MAX_COLUMNS = 500
LINE_END = re.compile(r"\r\n?")
MOST_SHOWN = 200  # characters of a line outside the table
COMMA, UTF_8 = ",", "utf-8"  # of what is written, whatever the file was


@dataclass(frozen=True)
class Table:
    """What was found: the kind of file, its encoding, the delimiter of the CSV written, the columns, the
    first rows, and the texts of the lines left out above the header and below the last row.

    `header_line` counts the rows of the file from 1, `rows` those of the table.
    """

    kind: FileKind
    encoding: str
    delimiter: str
    columns: list[str]
    sample: list[list[str]]
    header_line: int
    rows: int
    above: list[str]
    below: list[str]


@dataclass(frozen=True)
class Told:
    """What somebody has said of a file; what is empty is found out."""

    encoding: str = ""
    delimiter: str = ""
    header_line: int = 0


def read_table(file: "File[bytes]", out: IO[bytes], told: Told = Told()) -> Table:  # frozen
    """Write the header and the rows of the file as CSV in UTF-8; refuses what holds no table."""
    line = told.header_line
    if is_workbook(file):
        return _write(sheet_rows(file), FileKind.WORKBOOK, UTF_8, COMMA, out, line)
    encoding = told.encoding if reads_as(file.chunks, told.encoding) else encoding_of(file.chunks)
    if encoding is None:
        raise Refused(
            _(
                "This is not a text file nor an Excel workbook. Save it as CSV (UTF-8) or .xlsx and upload it again."
            )
        )
    with SpooledTemporaryFile(max_size=IN_MEMORY) as text:
        for piece in decoded(file.chunks, encoding):
            text.write(piece.encode())
        if is_address_book(text):
            return _write(card_rows(text), FileKind.ADDRESS_BOOK, encoding, COMMA, out, line)
        delimiter = told.delimiter or delimiter_of(text)
        text.seek(0)
        rows = table_rows(Lines(text), delimiter)
        return _write(rows, FileKind.TEXT, encoding, delimiter, out, line)


def _write(
    rows: Iterator[list[str]],
    kind: FileKind,
    encoding: str,
    delimiter: str,
    out: IO[bytes],
    line: int,
) -> Table:
    numbered = dropwhile(lambda pair: is_blank(pair[1]), enumerate(rows, start=1))
    first = list(islice(numbered, LOOKED_AT))
    start = [row for _number, row in first]
    if not start:
        raise Refused(_("The file has no rows below the header. Add them, or choose another file."))
    numbers = [number for number, _row in first]
    place = numbers.index(line) if line in numbers else header_place(start)
    columns = _columns_of(start[place])
    above = [_line(row) for row in start[:place] if not is_blank(row)]
    body = Body(chain(start[place + 1 :], (row for _number, row in numbered)), len(columns))
    text = TextIOWrapper(out, encoding=UTF_8, newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    sample: list[list[str]] = []
    written = 0
    for written, row in enumerate(body, start=1):
        values = _within(row, len(columns))
        if written <= SAMPLE_ROWS:
            sample.append(values)
        writer.writerow(values)
    text.flush()
    text.detach()
    if not written:
        raise Refused(_("The file has no rows below the header. Add them, or choose another file."))
    below = [_line([text]) for text in body.below]
    return Table(kind, encoding, delimiter, columns, sample, first[place][0], written, above, below)


def _within(row: Row, columns: int) -> list[str]:
    """The row without empty cells behind the last column, as spreadsheets add them."""
    values = [_with_plain_ends(cell) for cell in row]
    while len(values) > columns and not values[-1].strip():
        values.pop()
    return values


def _with_plain_ends(cell: str) -> str:
    """Lines end in one way: a carriage return alone would end the row when it is read again."""
    return LINE_END.sub("\n", cell) if "\r" in cell else cell


def _line(row: Row) -> str:
    text = " ".join(cell.strip() for cell in row if cell.strip())
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def _columns_of(header: Row) -> list[str]:
    """The header's names, each once."""
    if len(header) > MAX_COLUMNS:
        raise Refused(_("The file has more than %(limit)s columns.") % {"limit": MAX_COLUMNS})
    return list(_unique(_with_plain_ends(cell).strip() for cell in header))


def _unique(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        stem = name[:200] or _("Column %(number)s") % {"number": number}
        # Still different where names are cut after 200 characters.
        numbered = (f"{stem[:190]} ({again})" for again in count(2))
        shown = next(found for found in chain([stem], numbered) if found not in seen)
        seen.add(shown)
        yield shown
