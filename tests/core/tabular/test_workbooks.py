"""Excel workbooks: what they hold, and those that must not be opened."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from core.choices import FileKind
from core.errors import Refused
from core.tabular import workbooks
from core.tabular.reading import Table, read_table

HEADER = ["Name", "Joined", "Visits"]


def workbook(*sheets: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def read(content: bytes, name: str = "people.xlsx") -> tuple[Table, str]:
    out = io.BytesIO()
    table = read_table(SimpleUploadedFile(name, content), out)
    return table, out.getvalue().decode()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The workbook with some parts put in or replaced; "__" stands for "/", "_dot_" for "."."""
    out = io.BytesIO()
    new = {name.replace("__", "/").replace("_dot_", "."): data for name, data in parts.items()}
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in old.namelist():
            if name not in new:
                made.writestr(name, old.read(name))
        for name, data in new.items():
            made.writestr(name, data)
    return out.getvalue()


def test_values_are_read_as_they_would_stand_in_a_csv_file() -> None:
    rows = [
        HEADER,
        ["林 兆阳", date(2026, 3, 4), 3],
        ["Ada", datetime(2026, 3, 4, 9, 30), 1.5],  # noqa: DTZ001  # Excel knows no zones
        [True, "", "x"],
    ]
    table, text = read(workbook(rows))
    assert (table.kind, table.encoding) == (FileKind.WORKBOOK, "utf-8")
    assert table.columns == HEADER
    assert text.splitlines()[1:] == [
        "林 兆阳,2026-03-04,3",
        "Ada,2026-03-04 09:30:00,1.5",
        "true,,x",
    ]


def test_first_sheet_that_says_something_is_read_with_its_preamble() -> None:
    table, _text = read(workbook([], [["People of the fair"], [], HEADER, ["Ada", "", 1]]))
    assert (table.columns, table.rows, table.header_line) == (HEADER, 1, 3)
    assert table.above == ["People of the fair"]


def test_place_of_the_header_counts_empty_rows() -> None:
    rows = [*([[]] * 130), HEADER, ["Ada", "", 1]]
    table, _text = read(workbook(rows))
    assert (table.columns, table.rows, table.header_line) == (HEADER, 1, 131)


def test_empty_cells_behind_the_last_column_are_no_values() -> None:
    table, text = read(b"Name,City\nAda,Ulm,,\nBen,,,x\n", "people.csv")
    assert (table.columns, text) == (["Name", "City"], "Name,City\nAda,Ulm\nBen,,,x\n")


@pytest.mark.parametrize("delimiter", [";", "^", "~", "\x1f"])
def test_line_that_names_the_delimiter_is_no_row(delimiter: str) -> None:
    text = "\n".join([f"sep={delimiter}", f"Name{delimiter}City", f"Ada, Dr.{delimiter}Ulm", ""])
    table, _text = read(text.encode(), "people.csv")
    assert (table.delimiter, table.columns, table.rows) == (delimiter, ["Name", "City"], 1)
    assert (table.header_line, table.above) == (2, [])
    assert table.sample == [["Ada, Dr.", "Ulm"]]


@pytest.mark.parametrize("delimiter", ["^", "~"])
def test_rare_delimiter_is_found(delimiter: str) -> None:
    text = f"Name{delimiter}City\nAda, Dr.{delimiter}Ulm\n"
    assert read(text.encode(), "people.csv")[0].columns == ["Name", "City"]


def test_columns_padded_with_blanks_are_found() -> None:
    text = " id  date cds  value\n 0001 19970101  1   11.77\n 0002 19970112 12  112.00\n"
    table, written = read(text.encode(), "cds.txt")
    assert (table.delimiter, table.columns, table.rows) == (" ", ["id", "date", "cds", "value"], 2)
    assert written.splitlines()[1:] == ["0001 19970101 1 11.77", "0002 19970112 12 112.00"]


@pytest.mark.parametrize(
    "text",
    [
        "Name\nAda King\nTom Roe\n",
        "Full name here\nAda von King\nTom van Roe\n",
        "Note\nCalls  every  day\nWrites  now\n",
    ],
)
def test_blanks_between_words_part_no_columns(text: str) -> None:
    assert len(read(text.encode(), "names.txt")[0].columns) == 1


def test_long_lines_around_the_table_are_shown_shortened() -> None:
    long = "x" * 5_000
    text = f"{long}\n\nA,B,C\n1,2,3\n\n{long}\n"
    table, _text = read(text.encode(), "people.csv")
    assert [len(line) for line in (*table.above, *table.below)] == [200, 200]
    assert table.below[0].endswith("…")


def test_quotation_mark_that_is_never_closed_is_told_where_it_opens() -> None:
    text = 'Name,City\n"two\nlines",Ulm\n"Ada,Ulm\n' + "x,y\n" * 300_000
    with pytest.raises(Refused, match="Line 4 cannot be read"):
        read(text.encode(), "people.csv")


def test_extension_is_not_believed() -> None:
    content = workbook([HEADER, ["Ada", "", 1]])
    assert read(content, "people.csv")[0].columns == HEADER
    assert read(b"Name,City\nAda,Ulm\n", "people.xlsx")[0].columns == ["Name", "City"]


def test_workbook_with_macros_is_refused() -> None:
    content = repacked(workbook([HEADER, ["Ada", "", 1]]), xl__vbaProject_dot_bin=b"macro")
    with pytest.raises(Refused, match="macros"):
        read(content, "people.xlsm")


def test_workbook_that_unpacks_without_end_is_refused() -> None:
    bomb = repacked(workbook([HEADER]), xl__worksheets__sheet1_dot_xml=b" " * 60_000_000)
    assert len(bomb) < 200_000
    with pytest.raises(Refused, match="unpacks to more"):
        read(bomb)


def test_workbook_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 100)
    with pytest.raises(Refused, match="unpacks to more"):
        read(workbook([HEADER, [f"Person {n}" for n in range(50)]]))


def test_entities_are_not_expanded() -> None:
    """A few bytes of XML that would grow to gigabytes."""
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 12)
    )
    content = repacked(
        workbook([HEADER, ["Ada", "", 1]]), xl__sharedStrings_dot_xml=bomb + b"]><sst>&l;</sst>"
    )
    with pytest.raises(Refused, match="damaged"):
        read(content)


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600], ids=["xls"]
)
def test_old_workbook_is_refused_with_advice(content: bytes) -> None:
    with pytest.raises(Refused, match=r"Save it as \.xlsx"):
        read(content, "people.xls")


def test_archive_of_other_things_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(Refused, match="not a text file"):
        read(out.getvalue(), "people.xlsx")


WHOLE = workbook([HEADER, *([f"Person {n}", date(2026, 1, 1), n] for n in range(40))])


@given(
    place=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255), cut=st.integers(0, len(WHOLE))
)
def test_damaged_workbook_is_read_or_refused_with_a_sentence(
    place: int, byte: int, cut: int
) -> None:
    mutated = bytearray(WHOLE)
    mutated[place] = byte
    for content in (bytes(mutated), WHOLE[:cut]):
        try:
            table, _text = read(content)
        except Refused:
            continue
        assert table.rows > 0


def test_stored_workbook_is_read_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(WHOLE)
    with path.open("rb") as file:
        assert workbooks.is_workbook(file)
        assert len(list(workbooks.sheet_rows(file))) == 41
