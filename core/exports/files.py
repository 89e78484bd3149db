"""Sheets as files: CSV piece by piece, XLSX by way of a temporary file."""

import csv
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import IO, Any, Protocol

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from core.exports.sheets import Value
from core.spreadsheets import defused

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for something else
LINES_AT_ONCE = 200
LONGEST_CELL = 32_767
FIRST_YEAR = 1900  # before it spreadsheets know no dates
LARGEST_EXACT = 10**15
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


class Rows(Protocol):
    """What becomes a file: a list's `Sheet`, or the figures of a report."""

    @property
    def heads(self) -> list[str]: ...

    def rows(self) -> Iterator[list[Value]]: ...


def csv_pieces(sheet: Rows) -> Iterator[bytes]:
    """The file in UTF-8, with the mark; texts that look like formulas are defused."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    buffer.write(BYTE_ORDER_MARK)
    writer.writerow([defused(head) for head in sheet.heads])
    for number, values in enumerate(sheet.rows()):
        writer.writerow([_written(value) for value in values])
        if number % LINES_AT_ONCE == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _written(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return defused(value)
        case datetime():
            return value.isoformat(sep=" ")
    return str(value)


def xlsx_file(sheet: Rows) -> IO[bytes]:
    """The workbook in a temporary file that is gone when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # whoever sends it closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        page = book.add_worksheet()
        formats = {
            date: book.add_format({"num_format": DAY}),
            datetime: book.add_format({"num_format": MOMENT}),
        }
        page.freeze_panes(1, 0)
        page.write_row(0, 0, sheet.heads, book.add_format({"bold": True}))
        for number, values in enumerate(sheet.rows(), start=1):
            for place, value in enumerate(values):
                _write(page, number, place, value, formats)
    file.seek(0)
    return file


def _write(
    page: Worksheet, row: int, place: int, value: Value, formats: dict[type[date], Any]
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date) and value.year >= FIRST_YEAR:
        page.write_datetime(row, place, value, formats[type(value)])
    elif isinstance(value, int | float | Decimal) and -LARGEST_EXACT < value < LARGEST_EXACT:
        page.write_number(row, place, float(value))
    else:
        page.write_string(row, place, str(value)[:LONGEST_CELL])
