"""Slices of a file: together they are the file, whatever its cells hold."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.tabular.delimited import Lines
from crm.models import FileImport
from crm.queries import import_files
from crm.queries.import_files import read_slice, slices
from tests.crm.files import csv_text
from tests.factories import FileImportFactory

pytestmark = pytest.mark.django_db

CELL = st.text(st.sampled_from('ab ,"\r\n中é'), max_size=5)


def stored(text: str) -> FileImport:
    return FileImportFactory(text=text, columns=["A", "B"])


@given(
    rows=st.lists(st.lists(CELL, min_size=1, max_size=3), max_size=12),
    size=st.integers(min_value=1, max_value=5),
    end=st.sampled_from(["\n", "\r\n"]),
    is_open=st.booleans(),
)
def test_slices_cover_the_file_exactly(
    rows: list[list[str]], size: int, end: str, is_open: bool
) -> None:
    """Line breaks in quotes across the borders, blank rows, and no line end at the end of the file."""
    text = csv_text([["A", "B"], *rows], end=end, quote=True)
    file_import = stored(text.removesuffix(end) if is_open else text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_files, "SLICE_ROWS", size)
        cuts = [cut for cut, _share in slices(file_import)]
    found = [row for cut in cuts for row in read_slice(file_import, dict(cut))]
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert found == kept
    assert [cut["first_row"] for cut in cuts] == list(range(1, len(kept) + 1, size))
    assert all(cut["rows"] <= size for cut in cuts)


def test_share_read_grows_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_files, "SLICE_ROWS", 2)
    shares = [share for _cut, share in slices(stored("A,B\n" + "1,2\n" * 7))]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert 0 < shares[0] < 0.5


def test_slice_is_read_without_the_rest_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_files, "SLICE_ROWS", 2)
    file_import = stored("A,B\n" + "".join(f"{n},x\n" for n in range(1_000)))
    cuts = [cut for cut, _share in slices(file_import)]
    read: list[Any] = []
    lines = Lines.__iter__

    def counted(self: Any) -> Any:
        for line in lines(self):
            read.append(line)
            yield line

    monkeypatch.setattr(Lines, "__iter__", counted)
    assert read_slice(file_import, dict(cuts[200])) == [["400", "x"], ["401", "x"]]
    assert len(read) <= 3


def test_file_of_a_header_has_no_slices() -> None:
    assert list(slices(stored("A,B\n"))) == []


def test_quotation_mark_that_is_never_closed_is_told_with_its_line() -> None:
    lines = "".join(f"{'4' * 1_000}\n" for _line in range(1_100))
    with pytest.raises(Refused, match=r"Line [0-9]+ cannot be read"):
        list(slices(stored(f'A,B\n1,2\n"3,{lines}')))


def test_endless_line_is_refused() -> None:
    with pytest.raises(Refused, match="longer than a million"):
        list(slices(stored("A,B\n" + "1" * 1_000_100)))
