"""Where a table begins and ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tabular.layout import Body, header_place

HEADER = ["Name", "Company", "City"]
ROWS = [["Ada", "Acme", "Ulm"], ["Ben", "", "Köln"]]


@pytest.mark.parametrize(
    ("above", "place"),
    [
        ([], 0),
        ([[]], 1),
        ([["Contacts of the north"]], 1),
        ([["Notes:"], ["A long, quoted sentence"], []], 3),
        ([["Notes:", "", ""], ["A sentence", "", ""], ["", "", ""]], 3),
        ([["Report of", "2026-11-22"], []], 2),
    ],
)
def test_header_is_found_below_a_preamble(above: list[list[str]], place: int) -> None:
    assert header_place([*above, HEADER, *ROWS]) == place


@pytest.mark.parametrize(
    "rows",
    [
        [HEADER],
        [["Name"], ["Ada"], ["Ben"]],
        [["Name", "", ""], ["a", "b", "c"]],
        [["id", "2024", "2025"], ["x", "y", "z"]],
    ],
)
def test_header_is_the_first_row_where_nothing_speaks_against_it(rows: list[list[str]]) -> None:
    assert header_place(rows) == 0


def test_file_without_rows_has_no_header_to_skip_to() -> None:
    assert header_place([]) == 0
    assert header_place([[], []]) == 0


def read(rows: list[list[str]], columns: int = 3) -> tuple[list[list[str]], list[str]]:
    body = Body(rows, columns)
    return [list(row) for row in body], body.below


@pytest.mark.parametrize(
    ("last", "below"),
    [
        ([[], ["Grand Totals (2 records)"], [], ["Confidential"]], 2),
        ([["Total: 2"]], 1),
        ([["合计"]], 1),
        ([["", "", ""], ["Made by the system", "", ""]], 1),
        ([[], []], 0),
    ],
)
def test_footer_is_put_aside_and_told(last: list[list[str]], below: int) -> None:
    rows, found = read([*ROWS, *last])
    assert rows == ROWS
    assert len(found) == below


@pytest.mark.parametrize(
    "more",
    [
        [["Cem", "", ""]],
        [["Cem"]],
        [["", "", "Bonn"]],
        [[], ["Cem", "Acme", ""]],
        [[], ["Cem"], ["Dora", "Acme", "Ulm"]],
        [[], *([f"Person {n}"] for n in range(12))],
    ],
    ids=["padded", "short", "other-column", "two-values", "rows-follow", "too-many"],
)
def test_rows_that_say_little_stay_rows(more: list[list[str]]) -> None:
    rows, below = read([*ROWS, *more])
    assert rows == [*ROWS, *(row for row in more if row)]
    assert below == []


def test_narrow_table_has_no_footer() -> None:
    rows, below = read([["Ada"], [], ["Total"]], columns=1)
    assert (rows, below) == ([["Ada"], ["Total"]], [])


CELL = st.sampled_from(["", "a", "Total", "2026"])


@given(st.lists(st.lists(CELL, max_size=4), max_size=30))
def test_every_row_is_a_row_or_told(rows: list[list[str]]) -> None:
    """Nothing is lost, nothing comes twice, whatever the file holds."""
    kept, below = read(rows)
    said = [row for row in rows if any(row)]
    assert kept == said[: len(kept)]
    assert below == [row[0] for row in said[len(kept) :]]
