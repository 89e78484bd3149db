"""The state of a list is its URL: search, filters, sort, place."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict  # noqa: TID251  # the list's state is the URL

from core import permissions
from core.lists.definition import Column, Filter, ListDefinition, Sort
from core.lists.keyset import fetch_page

if TYPE_CHECKING:
    from core.models import User

# Beyond this many rows an exact count is not worth its time: the list says "10,000+".
COUNT_LIMIT = 10_000


@dataclass(frozen=True)
class Chip:
    """An active filter, said as field, operator and value."""

    key: str
    label: Any
    icon: str
    value: str
    value_label: Any
    remove_query: str


class ListState:
    """What the URL asks for, as far as the user may ask for it."""

    def __init__(self, definition: ListDefinition, user: "User", query: QueryDict) -> None:
        self.definition = definition
        self.user = user
        self.query = query
        self.access = permissions.access_of(user)
        self.columns = definition.columns_for(self.access)
        self.filters = definition.filters_for(self.access)
        self.sorts = definition.sorts_for(self.access)
        self.search = query.get("q", "").replace("\0", "").strip()[:200]
        self.sort, self.is_descending = self._sort()

    def _sort(self) -> tuple[Sort, bool]:
        wanted = self.query.get("sort", "") or self.definition.default_sort
        key = wanted.removeprefix("-")
        if key not in self.sorts:
            wanted = (
                next(iter(self.sorts))
                if self.definition.default_sort.removeprefix("-") not in self.sorts
                else self.definition.default_sort
            )
            key = wanted.removeprefix("-")
        return self.sorts[key], wanted.startswith("-")

    def rows(self) -> QuerySet[Any]:
        rows = self.definition.rows(self.user)
        for chosen, value in self.chosen:
            rows = rows.filter(chosen.condition(value, self.user))
        if not self.search:
            return rows
        return rows.filter(self.definition.search(self.search, self.access))

    @cached_property
    def choices(self) -> dict[str, dict[str, Any]]:
        """What each filter offers: value to label, by the filter's key."""
        return {f.key: {str(k): label for k, label in f.choices(self.user)} for f in self.filters}

    @cached_property
    def chosen(self) -> list[tuple[Filter, str]]:
        """Filters with a value that they offer."""
        pairs = ((f, self.query.get(f.key, "")) for f in self.filters)
        return [(f, value) for f, value in pairs if value in self.choices[f.key]]

    def chips(self) -> list[Chip]:
        return [
            Chip(
                f.key,
                f.label,
                f.icon,
                value,
                self.choices[f.key][value],
                self.query_with(**{f.key: ""}),
            )
            for f, value in self.chosen
        ]

    def query_with(self, **values: str) -> str:
        """The query string with some values changed; changing anything goes to the first page."""
        query = self.query.copy()
        query.pop("after", None)
        for key, value in values.items():
            query.pop(key, None)
            if value:
                query[key] = value
        return query.urlencode()


def list_context(definition: ListDefinition, request: HttpRequest) -> dict[str, Any]:
    """Everything the list template draws."""
    state = ListState(definition, permissions.user_of(request), request.GET)
    rows = state.rows()
    page = fetch_page(
        rows,
        sort=state.sort,
        descending=state.is_descending,
        size=definition.page_size,
        token=request.GET.get("after", ""),
    )
    total = rows.order_by()[: COUNT_LIMIT + 1].count()
    return {
        "list": definition,
        "state": state,
        "heads": [_head(column, state) for column in state.columns],
        "rows": page.rows,
        "total": min(total, COUNT_LIMIT),
        "total_is_more": total > COUNT_LIMIT,
        "chips": state.chips(),
        "menus": _menus(state),
        "previous_url": _place(state, page.previous_token),
        "next_url": _place(state, page.next_token),
        "is_filtered": bool(state.chosen or state.search),
        "may_create": permissions.access_of(state.user).may(f"{definition.object_type}.create"),
    }


def _place(state: ListState, token: str) -> str:
    query = f"{state.query_with()}&after={token}".lstrip("&")
    return f"?{query}" if token else ""


def _head(column: Column, state: ListState) -> dict[str, Any]:
    """A column head: clicking sorts one way, then the other."""
    head: dict[str, Any] = {"column": column, "order": "", "query": ""}
    if column.sort is None or column.sort.key not in state.sorts:
        return head
    key = column.sort.key
    is_current = state.sort.key == key
    down_next = not state.is_descending if is_current else column.sort.descending_first
    if is_current:
        head["order"] = "descending" if state.is_descending else "ascending"
    head["query"] = state.query_with(sort=f"-{key}" if down_next else key)
    return head


def _menus(state: ListState) -> list[dict[str, Any]]:
    """The filters that are not chosen yet, each with its choices as links."""
    taken = {f.key for f, _value in state.chosen}
    return [
        {
            "filter": f,
            "choices": [
                (label, state.query_with(**{f.key: key}))
                for key, label in state.choices[f.key].items()
            ],
        }
        for f in state.filters
        if f.key not in taken
    ]
