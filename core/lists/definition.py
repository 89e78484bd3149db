"""What an object declares about its list."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from core.permissions import Access

if TYPE_CHECKING:
    from core.models import User


@dataclass(frozen=True)
class Sort:
    """An order of a list: a path on the row, `is_nullable` when the value may be missing."""

    key: str
    label: Promise
    path: str
    is_nullable: bool = False
    descending_first: bool = False


@dataclass(frozen=True)
class Column:
    """One column; its cell is the partial `cell` of the list's cell template."""

    key: str
    label: Promise
    field: str = ""
    sort: Sort | None = None
    css: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Filter:
    """A choice that narrows the list; `condition` turns the chosen value into a Q."""

    key: str
    label: Promise
    icon: str
    choices: Callable[["User"], Sequence[tuple[str, Any]]]
    condition: Callable[[str, "User"], Q]
    field: str = ""


@dataclass(frozen=True)
class ListDefinition:
    """The list of one record type.

    `rows` gives the visible rows with everything a line shows (no query from a template);
    `search` turns words into a condition on fields that may be seen; `cells` is the template that draws a cell.
    """

    key: str
    object_type: str
    title: Promise
    icon: str
    rows: Callable[["User"], QuerySet[Any]]
    columns: Sequence[Column]
    filters: Sequence[Filter]
    sorts: Sequence[Sort]
    default_sort: str
    cells: str
    search: Callable[[str, Access], Q]
    search_hint: Promise
    page_size: int = 50

    def columns_for(self, access: Access) -> list[Column]:
        return [c for c in self.columns if self._sees(access, c.field)]

    def filters_for(self, access: Access) -> list[Filter]:
        return [f for f in self.filters if self._sees(access, f.field)]

    def sorts_for(self, access: Access) -> dict[str, Sort]:
        hidden = {c.sort.key for c in self.columns if c.sort and not self._sees(access, c.field)}
        return {sort.key: sort for sort in self.sorts if sort.key not in hidden}

    def _sees(self, access: Access, name: str) -> bool:
        return not name or access.sees(f"{self.object_type}.{name}")
