"""A list as a table or as a board: what the address, the saved view and the definition say."""

import pytest
from django.http import QueryDict

from core.choices import ListShape
from core.lists import ListState, lists
from core.models import SavedView, User

pytestmark = pytest.mark.django_db


def state(user: User, query: str, record_type: str = "crm.deal") -> ListState:
    return ListState(lists[record_type], user, QueryDict(query))


def view_of(user: User, **values: object) -> SavedView:
    return SavedView.objects.create(object_type="crm.deal", name="Mine", owner=user, **values)


def test_shape_is_a_table_unless_the_address_asks_for_a_board(sales: User) -> None:
    assert state(sales, "").shape == ListShape.TABLE
    assert state(sales, "as=board").shape == ListShape.BOARD
    assert state(sales, "as=x").shape == ListShape.TABLE
    assert state(sales, "as=board", "crm.lead").shape == ListShape.TABLE


def test_board_has_fields_and_order_of_its_own(sales: User) -> None:
    board, table = state(sales, "as=board"), state(sales, "")
    assert "win_chance" in board.column_names
    assert "probability" not in table.column_names
    assert (board.sort_name, table.sort_name) == ("close", "-close")
    assert not board.is_changed


def test_saved_view_says_its_shape_and_the_address_another_one(sales: User) -> None:
    view = view_of(sales, shape=ListShape.BOARD, columns=["amount"])
    saved = state(sales, f"view={view.pk}")
    assert (saved.shape, saved.column_names, saved.is_changed) == ("board", ["amount"], False)
    other = state(sales, f"view={view.pk}&as=table")
    assert other.shape == ListShape.TABLE
    assert other.column_names == list(lists["crm.deal"].columns)
    assert other.is_changed


def test_view_without_a_shape_goes_with_both(sales: User) -> None:
    view = view_of(sales, columns=["stage", "owner"])
    assert not state(sales, f"view={view.pk}").is_changed
    board = state(sales, f"view={view.pk}&as=board")
    assert not board.is_changed
    assert "stage" not in board.column_names


def test_addresses_of_other_views_keep_the_shape(sales: User) -> None:
    plain, fixed = view_of(sales), view_of(sales, shape=ListShape.TABLE)
    board = state(sales, "as=board")
    assert board.address_of(None) == "as=board"
    assert board.address_of(plain) == f"view={plain.pk}&as=board"
    assert board.address_of(fixed) == f"view={fixed.pk}"
    assert state(sales, "").address_of(None) == ""


def test_other_shape_begins_with_its_usual_fields_and_order(sales: User) -> None:
    found = state(sales, "as=board&columns=amount&sort=-amount&q=press")
    query = QueryDict(found.query_in_shape(ListShape.TABLE))
    assert dict(query.lists()) == {"q": ["press"], "as": ["table"]}


def test_what_is_kept_says_the_shape_only_where_there_are_several(sales: User) -> None:
    assert state(sales, "as=board").kept["shape"] == ListShape.BOARD
    assert state(sales, "").kept["shape"] == ListShape.TABLE
    assert state(sales, "", "crm.lead").kept["shape"] == ""
