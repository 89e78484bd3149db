"""Cells of exported files."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.spreadsheets import defused, restored


@given(st.text(st.sampled_from("'=+-@\t\rab1 "), max_size=5))
@example("'=1+1")
@example("''=1")
def test_cell_comes_back_as_it_was(cell: str) -> None:
    assert restored(defused(cell)) == cell


@given(st.text(max_size=5))
def test_exported_cell_is_never_a_formula(cell: str) -> None:
    assert not defused(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("cell", ["Ada", "'tis", "", "a=b"])
def test_plain_cell_is_left_alone(cell: str) -> None:
    assert defused(cell) == restored(cell) == cell
