"""Excel workbooks as rows of text."""

import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import chain, repeat
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import Refused
from core.tabular.layout import is_blank

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
WORKBOOK, MACROS = "xl/workbook.xml", "vbaProject.bin"
# Somebody waits for it: seven megabytes of a sheet are read in a second. The texts of all cells are held
# at once. A workbook unpacks to some twenty times its size; one made to fill the memory to a thousand times.
MAX_UNPACKED, MAX_RATIO = 200_000_000, 200
SMALL = 50_000_000
# What a library says of a file that somebody has made by hand, or that broke off.
DAMAGES = (
    AttributeError,
    BadZipFile,
    EOFError,
    IndexError,
    InvalidFileException,
    KeyError,
    NotImplementedError,
    OSError,
    ParseError,
    TypeError,
    ValueError,
    zlib.error,
)


def is_workbook(file: IO[bytes]) -> bool:
    """Whether it is an Excel workbook that can be opened; refuses one that must not be."""
    file.seek(0)
    start = file.read(4)
    if start == OLD:
        raise Refused(
            _(
                "This is an old or password-protected Excel file. Save it as .xlsx without a password and upload it again."
            )
        )
    if start != ZIP:
        return False
    try:
        with ZipFile(file) as archive:
            parts = {part.filename: part for part in archive.infolist()}
    except (BadZipFile, OSError, ValueError):
        return False
    if WORKBOOK not in parts:
        return False
    if any(name.endswith(MACROS) for name in parts):
        raise Refused(
            _("This workbook holds macros. Save it as .xlsx without them and upload it again.")
        )
    unpacked = sum(part.file_size for part in parts.values())
    packed = sum(part.compress_size for part in parts.values())
    is_bomb = unpacked > SMALL and unpacked > MAX_RATIO * max(packed, 1)
    if unpacked > MAX_UNPACKED or is_bomb:
        raise Refused(
            _(
                "This workbook unpacks to more than we open. Save its sheet as CSV (UTF-8) and upload that."
            )
        )
    return True


def sheet_rows(file: IO[bytes]) -> Iterator[list[str]]:
    """The rows of the first sheet that has any, read one after the other."""
    file.seek(0)
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file says of its size is often wrong
            rows = (list(map(text_of_cell, row)) for row in sheet.iter_rows(values_only=True))
            for blank, row in enumerate(rows):
                if not is_blank(row):
                    yield from chain(repeat([], blank), [row], rows)
                    return
    except DAMAGES as error:
        raise Refused(
            _("This workbook is damaged. Open it, save it again as .xlsx and upload that.")
        ) from error


def text_of_cell(value: Any) -> str:
    """The value as it would stand in a CSV file.

    >>> text_of_cell(datetime(2026, 11, 22)), text_of_cell(3.0), text_of_cell(True)
    ('2026-11-22', '3', 'true')
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
    return str(value)
