"""Merged pages: every row comes once, in order, however the pages fall."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.queries.timeline.paging import Place, Row, page_of
from tests.factories.core import NOW

places = st.builds(
    lambda minutes, rank, number: Place(NOW + timedelta(minutes=minutes), rank, number),
    st.integers(0, 12),
    st.integers(0, 3),
    st.integers(1, 40),
)


def stream(rows: list[Row]) -> Any:
    ordered = sorted(rows, key=lambda row: row.place, reverse=True)

    def fetch(before: Place | None, most: int) -> list[Row]:
        return [row for row in ordered if before is None or row.place < before][:most]

    return fetch


@given(
    st.lists(st.tuples(places, st.integers(0, 3)), max_size=40, unique_by=lambda it: it[0]),
    st.integers(1, 5),
    st.integers(1, 6),
)
def test_every_row_comes_once_and_in_order(
    given_rows: list[tuple[Place, int]], entries: int, rows: int
) -> None:
    # Groups 0 to 2 of a rank join rows, the others stand alone.
    by_rank: dict[int, list[Row]] = {}
    for place, number in given_rows:
        group = (place.rank, number) if number < 3 else place
        by_rank.setdefault(place.rank, []).append(Row(place, place, group))
    seen: list[Place] = []
    before = None
    for _page in range(len(given_rows) + 2):
        page = page_of(map(stream, by_rank.values()), before, entries=entries, rows=rows)
        assert len(page.groups) <= entries
        firsts = [group[0].place for group in page.groups]
        assert firsts == sorted(firsts, reverse=True)
        assert all(len({row.group for row in group}) == 1 for group in page.groups)
        found = [row.place for group in page.groups for row in group]
        assert not seen or not found or max(found) < min(seen)
        seen += found
        if page.next is None:
            break
        assert page.next == min(found)
        before = page.next
    assert sorted(seen) == sorted(place for place, _number in given_rows)


@given(places)
def test_place_survives_the_address(place: Place) -> None:
    assert Place.read(str(place)) == place


@given(st.text(max_size=80))
def test_nonsense_is_no_place(text: str) -> None:
    place = Place.read(text)
    assert place is None or str(place).split(".") == [str(int(part)) for part in text.split(".")]
