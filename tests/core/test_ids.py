"""Numbers of rows as they come from outside."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import LARGEST_ID, id_in, is_id, number_in


@given(st.integers(min_value=0, max_value=LARGEST_ID))
def test_number_of_a_row_is_read_as_it_is_written(number: int) -> None:
    assert id_in(str(number)) == number


@given(st.text(max_size=30))
def test_text_is_a_number_that_a_column_holds_or_none(text: str) -> None:
    found = id_in(text)
    assert found is None or (0 <= found <= LARGEST_ID and text.isascii() and int(text) == found)


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "1e3", "١٢", "²", "9" * 5_000])
def test_what_is_no_number_of_a_row(text: str) -> None:
    assert id_in(text) is None


def test_bounds() -> None:
    assert id_in(str(LARGEST_ID + 1)) is None
    assert (number_in("500", 500), number_in("501", 500)) == (500, None)


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        (1, True),
        (LARGEST_ID, True),
        (LARGEST_ID + 1, False),
        (0, False),
        (True, False),
        ("1", False),
    ],
)
def test_number_in_json(value: Any, is_one: bool) -> None:
    assert is_id(value) is is_one
