"""What an object declares about its list; columns, orders and filters come from its fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from core.permissions import Access
from core.registries import OfRecordTypes, RecordType, record_types

NAME = "name"


@dataclass(frozen=True)
class Board:
    """A list as a board of cards: the fields of a card and their order when nobody chose others."""

    columns: Sequence[str]
    default_sort: str


@dataclass(frozen=True)
class RowAction:
    """What can be done with one row, in a dialog that the address opens; its button is in the preview.

    A `change` is one of those that a selection may go through; it asks with this row as the chosen one.
    """

    label: Promise | str
    icon: str
    url: str
    hotkey: str = ""
    is_change: bool = False


RowActions = Callable[[Any, Access], Sequence[RowAction]]


def _no_actions(_row: Any, _access: Access) -> Sequence[RowAction]:
    return ()


@dataclass(frozen=True)
class RowButtons:
    """Changes that have a button at the end of each row, while `shown` says so of the list's state.

    `reads` are the columns that `actions` look at: rows come with them.
    """

    shown: Callable[[Any], bool]
    actions: RowActions
    reads: Sequence[str]


@dataclass(frozen=True)
class ListDefinition:
    """The list of one record type.

    The first column is what the record is called (`name_for`), ordered and hidden as `name_field`;
    `related` are the rows that takes. `columns` are the fields that stand after it when nobody chose
    others, `searched` those in which the bin looks for words (the index has no deleted records),
    `phone` their place on a card (m-sub, m-end, m-end2), `cells` the functions of fields that are
    not drawn as their type is (`core.lists.drawing`), `beside` the columns that such a function
    reads of the row beside the value; `actions` are what can be done with one row. With a `board` the
    rows can be shown as cards, too; with `buttons` some changes are one click away in each row.
    """

    key: str
    columns: Sequence[str]
    default_sort: str
    search_hint: Promise
    searched: Sequence[str]
    empty: str = "core/list/empty.html"
    empty_title: Promise | str = ""
    empty_text: Promise | str = ""
    create_url: str = ""
    create_label: Promise | str = ""
    name_field: str = NAME
    name_label: Promise | None = None
    related: Sequence[str] = ()
    phone: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    page_size: int = 50
    board: Board | None = None
    actions: RowActions = _no_actions
    buttons: RowButtons | None = None

    @property
    def kind(self) -> RecordType:
        return record_types[self.key]

    @property
    def title(self) -> Any:
        return self.kind.plural

    @property
    def icon(self) -> str:
        return self.kind.icon


lists: OfRecordTypes[ListDefinition] = OfRecordTypes("List")
