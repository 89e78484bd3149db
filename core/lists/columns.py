"""The columns of a list: fields as they stand in it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.choices import FieldType
from core.conditions.fields import ResolvedField, resolve
from core.conditions.viewpoint import Viewpoint
from core.errors import Refused
from core.lists.definition import NAME, ListDefinition, lists
from core.lists.told import ToldColumns, told_column
from core.registries import RecordType, record_types
from core.registries.records import Field

NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
LARGEST_FIRST = NUMBERS | {FieldType.MOMENT}
RECORDS = frozenset({FieldType.USER, FieldType.LINK})
MOST_COLUMNS = 30


@dataclass(frozen=True)
class Column:
    """One column; `draw` draws it when its type does not, `value_path` leads to what is shown, `currency_path` to an amount's currency.

    `beside` is what `draw` reads of the row beside the value. One that is `told` has no field.
    """

    key: str
    label: Any
    field: ResolvedField | None = None
    draw: Any = None
    value_path: str = ""
    currency_path: str = ""
    css: str = ""
    beside: Sequence[str] = ()
    told: ToldColumns | None = None

    @property
    def is_name(self) -> bool:
        return self.key == NAME

    @cached_property
    def is_number(self) -> bool:
        return self.field is not None and self.field.type in NUMBERS and not self.is_name

    @cached_property
    def td(self) -> SafeString:
        """How its cells begin."""
        css = " ".join(filter(None, (self.css, "num" if self.is_number else "")))
        return format_html('<td class="{}">', css) if css else SafeString("<td>")

    @property
    def is_sortable(self) -> bool:
        return self.field is not None and self.field.is_sortable

    @property
    def begins_with_largest(self) -> bool:
        return self.field is not None and self.field.type in LARGEST_FIRST

    @property
    def related(self) -> Iterator[str]:
        """The rows that have to be read along."""
        if self.field is None or self.field.key:
            yield from (hop.path for hop in self.field.hops) if self.field else ()
            return
        way = self.field.path.split("__")
        if len(way) > 1:
            yield "__".join(way[:-1])
        if self.field.type in RECORDS:
            yield self.field.path
            if self.field.target in lists:
                yield from (f"{self.field.path}__{r}" for r in lists[self.field.target].related)


def columns_of(
    definition: ListDefinition,
    names: Iterable[str],
    view: Viewpoint,
    most: int | None = MOST_COLUMNS,
) -> list[Column]:
    """The name, then the fields of these names, as far as they exist and may be seen."""
    found = (column_of(definition, name, view) for name in dict.fromkeys(names) if name != NAME)
    chosen = [column for column in found if column is not None]
    return [name_column(definition, view), *chosen[:most]]


def name_column(definition: ListDefinition, view: Viewpoint) -> Column:
    """What the record is called: always there, sortable when the field behind it may be seen."""
    kind = definition.kind
    field = resolved(kind, definition.name_field, view)
    label = definition.name_label or kind.label_of(definition.name_field)
    return Column(NAME, label, field, definition.cells.get(NAME), css="m-title")


def column_of(definition: ListDefinition, name: str, view: Viewpoint) -> Column | None:
    kind = definition.kind
    field = resolved(kind, name, view)
    if field is None:
        found = told_column(kind.key, name, view)
        return Column(name, found[1], told=found[0]) if found is not None else None
    said, before = declared(kind, name)
    return Column(
        name,
        field.label,
        field,
        draw=definition.cells.get(name),
        value_path=f"{before}{said.shown_path}" if said else field.path,
        currency_path=f"{before}{said.currency}" if said and said.currency else "",
        css=definition.phone.get(name, ""),
        beside=definition.beside.get(name, ()),
    )


def resolved(kind: RecordType, name: str, view: Viewpoint) -> ResolvedField | None:
    """The field of the name; None where there is none for this user."""
    try:
        return resolve(kind, name, view)
    except Refused:
        return None


def declared(kind: RecordType, name: str) -> tuple[Field | None, str]:
    """What the record type says of a field, and the path to the record that has it."""
    first, _dot, rest = name.partition(".")
    field = kind.field.get(first)
    if field is None:
        return None, ""
    if field.via:
        return declared(kind, field.via)
    if not rest:
        return field, ""
    found, before = declared(record_types[field.target], rest)
    return found, f"{field.value_path}__{before}"
