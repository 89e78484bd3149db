"""What the template of a list draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest  # noqa: TID251  # the list's state is the URL
from django.urls import reverse
from django.utils.translation import gettext as _

from core import permissions
from core.choices import ListShape
from core.fields.ordering import Order
from core.ids import number_in
from core.lists.actions import bulk_actions
from core.lists.cells import Line, lines_of, with_columns
from core.lists.columns import Column
from core.lists.counts import Total, total_of
from core.lists.definition import ListDefinition, RowButtons
from core.lists.keyset import Page, fetch_page
from core.lists.parts import chip_of
from core.lists.reading import with_only_shown
from core.lists.state import AFTER, FROM, SORT, ListState
from core.time_limits import TookTooLong, at_most

HIGHEST_PLACE = 999_999_999
# What a page may wait for the database.
SECONDS = 5


@dataclass(frozen=True)
class Result:
    """One page of rows and how many there are; `sentence` when the database was stopped."""

    page: Page
    lines: list[Line]
    total: Total | None
    sentence: str = ""


def list_context(definition: ListDefinition, request: HttpRequest) -> dict[str, Any]:
    """Everything the list template draws."""
    state = ListState(definition, permissions.user_of(request), request.GET)
    result = _result(state, request.GET.get(AFTER, ""))
    first = _first(request.GET.get(FROM, ""), result.page)
    return {
        **frame_context(state, request, result.total),
        "heads": [_head(column, state) for column in state.columns],
        "lines": result.lines,
        "total": result.total,
        "too_slow": result.sentence,
        "first": first,
        "last": first + len(result.lines) - 1,
        "previous_url": _place(state, result.page.previous_token, first - definition.page_size),
        "next_url": _place(state, result.page.next_token, first + definition.page_size),
        "bulk_actions": bulk_actions(state),
        "buttons": _buttons(state),
    }


def frame_context(state: ListState, request: HttpRequest, total: Total | None) -> dict[str, Any]:
    """What stands around the rows, whatever their shape."""
    return {
        "list": state.definition,
        "state": state,
        "chips": _chips(state),
        "notes": _notes(state),
        "tabs": _tabs(state, total, request.path),
        "sorts": _sorts(state),
        "shapes": _shapes(state),
        "plain_url": f"{request.path}?{query}"
        if (query := state.address_of(None))
        else request.path,
        "create_url": _create_url(state),
        "tools_query": state.query_with(),
        "may_export": state.access.may(f"{state.kind.key}.export"),
        "may_delete": state.access.may(f"{state.kind.key}.delete"),
    }


def _shapes(state: ListState) -> list[dict[str, Any]]:
    """The shapes that the rows can be shown in; none where there is only one."""
    if state.definition.board is None:
        return []
    icons = {ListShape.BOARD: "layout-kanban", ListShape.TABLE: "table"}
    return [
        {
            "label": shape.label,
            "icon": icon,
            "url": f"?{state.query_in_shape(shape)}",
            "is_current": shape == state.shape,
        }
        for shape, icon in icons.items()
    ]


def _buttons(state: ListState) -> RowButtons | None:
    """What each row has a button for; nothing where the list is not shown for that."""
    buttons = state.definition.buttons
    return buttons if buttons is not None and buttons.shown(state) else None


def _result(state: ListState, token: str) -> Result:
    try:
        with at_most(SECONDS):
            page = page_of(state, token)
            lines = lines_of(page.rows, state.columns, state.view, state.query_with())
            return Result(page, lines, _total(page, state))
    except TookTooLong:
        return Result(Page([], "", ""), [], None, too_slow(state))


@dataclass(frozen=True)
class Stretch:
    """A part of the rows with a size and an order of its own; `also` are columns read beside those shown."""

    within: Q
    size: int
    order: Order
    is_descending: bool
    also: Sequence[str] = ()


def _first_to_last(state: ListState) -> Stretch:
    """All rows of the list, with what their buttons look at."""
    buttons = _buttons(state)
    also = buttons.reads if buttons is not None else ()
    return Stretch(Q(), state.definition.page_size, state.order, state.is_descending, also)


def page_of(state: ListState, token: str, stretch: Stretch | None = None) -> Page:
    """The rows in order; where many are sorted for it, only those of the page are read whole."""
    part = stretch or _first_to_last(state)
    rows = state.rows_in_order().filter(part.within)

    def whole(rows: QuerySet[Any]) -> Any:
        return shown_rows(state, rows, (part.order.path, *part.also))

    def read(stretch: QuerySet[Any], most: int) -> Any:
        ids = stretch.values("pk")[:most]
        wanted, _order = part.order.named(state.kind.model._base_manager.filter(pk__in=ids))
        return whole(wanted).order_by(*stretch.query.order_by)

    ask = partial(
        fetch_page,
        sort=part.order,
        descending=part.is_descending,
        size=part.size,
        token=token,
    )
    if state.sorts_many:
        return ask(rows, read=read)
    return ask(whole(rows))


def shown_rows(state: ListState, rows: QuerySet[Any], also: Sequence[str]) -> Any:
    """The rows with what their cells and names need and these columns beside it, and no more."""
    ways = (path.rpartition("__")[0] for path in also)
    related = [*state.definition.related, *filter(None, ways)]
    rows = with_columns(rows, state.columns, related)
    return with_only_shown(rows, state.columns, related, also)


def _total(page: Page, state: ListState) -> Total:
    is_whole = not page.previous_token and not page.next_token
    return Total(len(page.rows)) if is_whole else total_of(state.rows())


def too_slow(state: ListState) -> str:
    usual = state.sort_column(state.definition.default_sort.removeprefix("-"))
    words = {"seconds": SECONDS, "order": usual.label if usual else _("Created")}
    return (
        _(
            "This took longer than %(seconds)s seconds. Add a filter, for example on the owner, "
            "or sort by %(order)s."
        )
        % words
    )


def _first(given: str, page: Page) -> int:
    """The number of the page's first row, which the addresses of pages carry along."""
    first = number_in(given, HIGHEST_PLACE) if page.previous_token else None
    return first or 1


def _place(state: ListState, token: str, first: int) -> str:
    if not token:
        return ""
    query = state.query_with(**{AFTER: token, FROM: str(max(first, 1))})
    return f"?{query}"


def _chips(state: ListState) -> list[dict[str, Any]]:
    return [
        {
            "chip": chip_of(place, part.condition, state.kind, state.view),
            "edit": f"{_tool('list_filter', state)}&part={place}",
            "remove": f"?{state.query_with_parts(state.parameters(without=place))}",
        }
        for place, part in enumerate(state.parts)
        if part.condition is not None
    ]


def _tool(name: str, state: ListState) -> str:
    return f"{reverse(name, args=[state.kind.key])}?{state.query_with()}"


def _notes(state: ListState) -> list[str]:
    if state.is_blocked:
        sentences = [part.refusal for part in state.refused]
        hidden = _("This view filters by something that you may not see, so it shows no rows.")
        return [f"{hidden} {' '.join(dict.fromkeys(sentences))}"]
    left_out = _("A filter was left out.")
    return [
        f"{left_out} {sentence}" for sentence in dict.fromkeys(p.refusal for p in state.refused)
    ]


def _head(column: Column, state: ListState) -> dict[str, Any]:
    """A column head: clicking sorts one way, then the other, then as usual."""
    head: dict[str, Any] = {"column": column, "order": "", "query": ""}
    if not column.is_sortable:
        return head
    if state.sort and state.sort.key == column.key:
        head["order"] = "descending" if state.is_descending else "ascending"
    head["query"] = state.query_with(**{SORT: _next_sort(column, state)})
    return head


def _next_sort(column: Column, state: ListState) -> str:
    """The order after a click; empty for the usual one."""
    ways = [column.key, f"-{column.key}"]
    if column.begins_with_largest:
        ways.reverse()
    current = f"-{column.key}" if state.is_descending else column.key
    if state.sort is None or state.sort.key != column.key:
        wanted = ways[0]
    elif state.default_sort in ways:  # the usual order is one of the two
        wanted = ways[1 - ways.index(current)]
    else:
        wanted = ways[1] if current == ways[0] else ""
    return "" if wanted == state.default_sort else wanted


def _sorts(state: ListState) -> list[dict[str, Any]]:
    """The orders of the menu: those of the columns, and the usual one."""
    shown = [
        head for column in state.columns if (head := _head(column, state))["query"] is not None
    ]
    return [head for head in shown if head["column"].is_sortable]


def _tabs(state: ListState, total: Total | None, path: str) -> list[dict[str, Any]]:
    """The plain list, then the saved views; the number stands on the current one."""
    current = state.saved
    every = {
        "label": _("All %(records)s") % {"records": str(state.kind.plural).lower()},
        "icon": state.kind.icon,
        "url": f"{path}?{query}" if (query := state.address_of(None)) else path,
        "is_current": current is None,
    }
    others = [
        {
            "label": view.label,
            "icon": view.icon or ("star" if getattr(view, "is_favourite", False) else "bookmark"),
            "url": f"{path}?{state.address_of(view)}",
            "is_current": view is current,
        }
        for view in state.views
    ]
    tabs: list[dict[str, Any]] = [every, *others]
    for tab in tabs:
        tab["count"] = total if tab["is_current"] else None
    return tabs


def _create_url(state: ListState) -> str:
    wanted = state.definition.create_url
    may_create = state.access.may(f"{state.kind.key}.create")
    return reverse(wanted) if wanted and may_create else ""
