"""The place of a record in the list that somebody came from: "3 of 128", the one before, the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict  # noqa: TID251  # the list's state is its address

from core.fields.ordering import Order
from core.lists.cells import from_list, url_of
from core.lists.counts import Total, total_of
from core.lists.definition import ListDefinition, lists
from core.lists.keyset import stretches_from, token_of
from core.lists.page import SECONDS
from core.lists.state import ListState
from core.models import User
from core.time_limits import TookTooLong, at_most

# Counting what lies before a record costs as much as reading it.
FURTHEST_PLACE = 1_000


@dataclass(frozen=True)
class Neighbours:
    """Where a record stands in its list; `place` is None far down the list."""

    label: Any
    list_query: str
    place: int | None
    total: Total
    previous_url: str
    next_url: str


def neighbours(kind: str, state_query: str, pk: int, user: User) -> Neighbours | None:
    """None when the record is not in the list (any more), or finding it takes too long."""
    state = ListState(lists[kind], user, QueryDict(state_query))
    try:
        with at_most(SECONDS):
            return _neighbours(state, lists[kind], pk)
    except TookTooLong:
        return None


def _neighbours(state: ListState, definition: ListDefinition, pk: int) -> Neighbours | None:
    rows, order = state.order.named(state.rows_in_order())
    here = rows.filter(pk=pk).first()
    if here is None:
        return None
    before = _beyond(rows, state, order, here, is_backward=True)
    after = _beyond(rows, state, order, here, is_backward=False)
    place = _place(before)
    query = state.query_with()
    return Neighbours(
        state.saved.label if state.saved else state.kind.plural,
        query,
        place,
        total_of(state.rows()),
        _url(state, _first(before), query),
        _url(state, _first(after), query),
    )


def _beyond(
    rows: QuerySet[Any], state: ListState, order: Order, here: Any, *, is_backward: bool
) -> Sequence[QuerySet[Any]]:
    token = token_of(here, order.path, is_backward=is_backward)
    return stretches_from(rows, sort=order, descending=state.is_descending, token=token)


def _first(stretches: Sequence[QuerySet[Any]]) -> int | None:
    found = (stretch.values_list("pk", flat=True).first() for stretch in stretches)
    return next((pk for pk in found if pk is not None), None)


def _place(before: Sequence[QuerySet[Any]]) -> int | None:
    """The number of the row, when it is not far down."""
    count = 0
    for stretch in before:
        count += stretch.values("pk")[: FURTHEST_PLACE - count].count()
        if count >= FURTHEST_PLACE:
            return None
    return count + 1


def _url(state: ListState, pk: int | None, query: str) -> str:
    """The neighbour's page, which keeps the list it stands in."""
    if pk is None:
        return ""
    return f"{url_of(state.kind, pk)}{from_list(query)}"
