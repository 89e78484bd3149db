"""The state of a list is its address: view, conditions, search, columns, sort, place."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.http import QueryDict  # noqa: TID251  # the list's state is the URL
from django.utils import timezone

from core.choices import ListShape
from core.conditions import Criterion, Joined, Viewpoint, leaves, to_q
from core.conditions.fields import ResolvedField
from core.fields.ordering import Order
from core.lists.columns import Column, columns_of, name_column, resolved
from core.lists.definition import NAME, Board, ListDefinition
from core.lists.parts import Part, parameters_of, read_parts
from core.lists.saved_views import may_change, views_of
from core.permissions import NOTHING, visible_rows
from core.search.finding import Words

if TYPE_CHECKING:
    from core.models import CustomField, SavedView, User

VIEW, IF, WORDS, COLUMNS, SORT, AFTER, FROM = "view", "if", "q", "columns", "sort", "after", "from"
SHAPE = "as"
KEPT = (VIEW, IF, WORDS, COLUMNS, SORT, SHAPE)
MOST_WORDS = 200


class ListState:
    """What the address asks for, as far as the user may ask for it.

    What it does not say comes from the saved view that it names, else from the list's definition.
    """

    def __init__(self, definition: ListDefinition, user: "User", query: QueryDict) -> None:
        self.definition = definition
        self.kind = definition.kind
        self.user = user
        self.query = _kept(query)
        self.view = Viewpoint(user, timezone.localtime())
        self.access = self.view.access
        self.search = self.query.get(WORDS, "").replace("\0", "").strip()[:MOST_WORDS]
        self.sort, self.is_descending = self._sort()

    @cached_property
    def views(self) -> "Sequence[SavedView]":
        """The saved views that the user has for this list."""
        return views_of(self.kind.key, self.user)

    @cached_property
    def saved(self) -> "SavedView | None":
        """The view that the address names; one that is none of the user's is no view."""
        wanted = self.query.get(VIEW, "")
        return next((v for v in self.views if str(v.pk) == wanted), None) if wanted else None

    @cached_property
    def board(self) -> Board | None:
        """What is said of cards, where the rows are shown as such."""
        wanted = self.query.get(SHAPE, "") or (self.saved.shape if self.saved else "")
        return self.definition.board if wanted == ListShape.BOARD else None

    @property
    def shape(self) -> ListShape:
        return ListShape.BOARD if self.board else ListShape.TABLE

    # -- what is asked ---------------------------------------------------------------------------

    @cached_property
    def parts(self) -> list[Part]:
        """The conditions, each of which has to hold."""
        return read_parts(self._given(self.query.getlist(IF)), self.kind, self.view)

    def _given(self, written: list[str]) -> list[str]:
        return written if IF in self.query else self.stored_parameters

    @cached_property
    def stored_parameters(self) -> list[str]:
        """The conditions of the saved view."""
        return parameters_of(self.saved.condition) if self.saved else []

    @property
    def refused(self) -> list[Part]:
        return [part for part in self.parts if part.condition is None]

    @property
    def is_blocked(self) -> bool:
        """Whether the saved view itself has a condition this user may not ask: then no row is shown,
        because without it there would be more rows than the view means."""
        return any(part.parameter in self.stored_parameters for part in self.refused)

    @property
    def condition(self) -> Joined:
        return Joined("all", tuple(p.condition for p in self.parts if p.condition is not None))

    @cached_property
    def column_names(self) -> list[str]:
        """The chosen columns after the name."""
        if COLUMNS in self.query:
            return [name for name in self.query.get(COLUMNS, "").split(",") if name]
        return self.base_columns

    @cached_property
    def columns(self) -> list[Column]:
        return columns_of(self.definition, self.column_names, self.view)

    @property
    def default_sort(self) -> str:
        usual = self.board or self.definition
        return (self.saved.sort if self.saved else "") or usual.default_sort

    def _sort(self) -> tuple[Column | None, bool]:
        """The column and whether it falls; the number of the row where nothing may be seen."""
        for wanted in (self.query.get(SORT, ""), self.default_sort, "-created"):
            column = self.sort_column(wanted.removeprefix("-")) if wanted else None
            if column is not None:
                return column, wanted.startswith("-")
        return None, True

    def sort_column(self, name: str) -> Column | None:
        """What the rows can be sorted by under this name; chosen columns or not."""
        if name == NAME:
            column = name_column(self.definition, self.view)
            return column if column.is_sortable else None
        field = resolved(self.kind, name, self.view)
        return Column(name, field.label, field) if field and field.is_sortable else None

    @property
    def order(self) -> Order:
        field = self.sort.field if self.sort else None
        return field.order(self.view) if isinstance(field, ResolvedField) else Order("pk")

    @property
    def custom_fields(self) -> "list[CustomField]":
        """The custom fields of the record type by which the rows are filtered or sorted."""
        tests = (leaf for leaf in leaves(self.condition) if isinstance(leaf, Criterion))
        fields = [resolved(self.kind, test.field, self.view) for test in tests]
        fields.append(self.sort.field if self.sort else None)
        asked = {field.custom.pk: field.custom for field in fields if field and field.custom}
        return list(asked.values())

    def rows(self) -> QuerySet[Any]:
        """The rows that are asked for; actions on all of a list begin here."""
        return self._asked(self._words.rows if self._words else Q())

    def rows_in_order(self) -> QuerySet[Any]:
        """The same, for reading a page of them."""
        return self._asked(self._words.in_order if self._words else Q())

    @property
    def sorts_many(self) -> bool:
        """Whether a page is found by sorting all that is found."""
        return self._words is not None and self._words.are_many

    def _asked(self, words: Q) -> QuerySet[Any]:
        rows = visible_rows(self.kind.model, self.user)
        if self.is_blocked:
            return rows.filter(NOTHING)
        return rows.filter(self._met & words)

    @cached_property
    def _met(self) -> Q:
        """The condition as the database takes it, for the page and for the count."""
        return to_q(self.condition, self.kind, self.view)

    @cached_property
    def _words(self) -> Words | None:
        return Words.of(self.search, self.kind, self.user) if self.search else None

    @property
    def kept(self) -> dict[str, Any]:
        """What a saved view keeps of this: conditions, columns and order, not the words."""
        return {
            "condition": self.condition.as_json() if self.parts else {},
            "columns": [column.key for column in self.columns if column.key != NAME],
            "sort": self.sort_name,
            "shape": self.shape if self.definition.board else "",
        }

    @property
    def may_change_view(self) -> bool:
        return self.saved is not None and may_change(self.user, self.saved)

    # -- addresses -------------------------------------------------------------------------------

    @property
    def is_narrowed(self) -> bool:
        return bool(self.parts or self.search)

    @property
    def is_changed(self) -> bool:
        """Whether what is shown is not what the view, or the plain list, says."""
        return (
            [p.parameter for p in self.parts] != self._canonical(self.stored_parameters)
            or self.sort_name != self.default_sort
            or self.column_names != self.base_columns
            or self._has_another_shape
        )

    @property
    def _has_another_shape(self) -> bool:
        """A view that says no shape goes with any."""
        stored = self.saved.shape if self.saved else ""
        return bool(stored) and stored != self.shape

    def _canonical(self, given: list[str]) -> list[str]:
        return [part.parameter for part in read_parts(given, self.kind, self.view)]

    @property
    def base_columns(self) -> list[str]:
        """Those of the saved view: cards have other fields than rows."""
        saved = self.saved
        is_of_shape = saved is not None and (saved.shape or ListShape.TABLE) == self.shape
        stored = saved.columns if saved is not None and is_of_shape else []
        return [str(name) for name in stored or (self.board or self.definition).columns]

    @property
    def sort_name(self) -> str:
        wanted = self.query.get(SORT, "")
        known = wanted and self.sort_column(wanted.removeprefix("-"))
        return wanted if known else self.default_sort

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """What a form of the search field has to send along."""
        return [(k, v) for k, vs in self.query.lists() if k != WORDS for v in vs]

    def query_with(self, **values: str) -> str:
        """The address with some values changed; changing anything goes to the first page."""
        query = self.query.copy()
        for key, value in values.items():
            query.pop(key, None)
            if value:
                query[key] = value
        return query.urlencode()

    def address_of(self, view: "SavedView | None") -> str:
        """What the address says of another view, or of none, in the same shape."""
        query = QueryDict(mutable=True)
        if view is not None:
            query[VIEW] = str(view.pk)
        if self.board and not (view is not None and view.shape):
            query[SHAPE] = ListShape.BOARD
        return query.urlencode()

    def query_in_shape(self, shape: ListShape) -> str:
        """The same rows in another shape, with its usual fields and order."""
        return self.query_with(**{SHAPE: shape, COLUMNS: "", SORT: ""})

    def query_with_parts(self, parameters: Iterable[str]) -> str:
        """The address with these conditions; none at all is said by an empty one."""
        query = self.query.copy()
        wanted = list(parameters)
        query.setlist(IF, wanted or ([""] if self.stored_parameters else []))
        return query.urlencode()

    def parameters(self, without: int | None = None) -> list[str]:
        """The conditions as the address says them; those of the address that were refused go."""
        stored = self.stored_parameters
        return [
            part.parameter
            for place, part in enumerate(self.parts)
            if place != without and (part.condition is not None or part.parameter in stored)
        ]


def _kept(query: QueryDict) -> QueryDict:
    """What of an address is the list's state."""
    state = QueryDict(mutable=True)
    for key in KEPT:
        if key in query:
            state.setlist(key, query.getlist(key))
    return state
