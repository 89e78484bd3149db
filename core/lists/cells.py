"""Rows as a list draws them: every value read, and checked for whether it may be seen, before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.urls import reverse

from core import permissions
from core.choices import SEVERAL_ROWS, FieldType
from core.conditions.fields import ResolvedField, value_of
from core.conditions.viewpoint import Viewpoint
from core.lists.columns import Column
from core.lists.definition import NAME
from core.lists.told import Told, told_columns
from core.models import User
from core.registries import RecordType, record_types

A_NUMBER = 987654321
LIST = "list"  # in the address of a record: what that of its list asked for


@dataclass(frozen=True)
class Linked:
    """A related record: what it is called and where its page is."""

    name: str
    url: str
    kind: RecordType

    def __str__(self) -> str:
        return self.name

    @property
    def is_thing(self) -> bool:
        """Whether it is drawn square: companies are, people are not."""
        return "name" in self.kind.field and "given_name" not in self.kind.field


class Word(str):
    """A tag: its name, and the tone it is drawn in."""

    __slots__ = ("tone",)

    tone: str

    def __new__(cls, name: str, tone: str) -> "Word":
        word = super().__new__(cls, name)
        word.tone = tone
        return word


@dataclass(frozen=True)
class Cell:
    """A value in its column; `currency` belongs to amounts."""

    column: Column
    value: Any
    currency: str = ""


@dataclass(frozen=True)
class Line:
    """One row of a list."""

    row: Any
    name: str
    url: str
    preview: str
    cells: Sequence[Cell]


def url_of(kind: RecordType, pk: int) -> str:
    """The record's page."""
    before, after = _around(kind.detail_url)
    return f"{before}{pk}{after}"


def preview_url(kind: RecordType, pk: int) -> str:
    before, after = _around_preview(kind.key)
    return f"{before}{pk}{after}"


# A page has hundreds of such addresses: they are looked up once per kind.
@cache
def _around(detail_url: str) -> tuple[str, str]:
    return _split(reverse(detail_url, args=[A_NUMBER]))


@cache
def _around_preview(key: str) -> tuple[str, str]:
    return _split(reverse("record_preview", args=[key, A_NUMBER]))


def _split(url: str) -> tuple[str, str]:
    before, _number, after = url.partition(str(A_NUMBER))
    return before, after


def with_columns(rows: QuerySet[Any], columns: Sequence[Column], more: Iterable[str]) -> Any:
    """The rows with exactly what their cells need."""
    related = {path for column in columns for path in column.related} | set(more)
    rows = rows.select_related(*sorted(related)) if related else rows.select_related(None)
    several = [c.field.path for c in columns if c.field and c.field.type in SEVERAL_ROWS]
    return rows.prefetch_related(*several) if several else rows


def lines_of(
    rows: Sequence[Any], columns: Sequence[Column], view: Viewpoint, listed: str | None = None
) -> list[Line]:
    """`listed` is what the address of their list asks for: the records' pages then know it."""
    reader = _Reader(rows, columns, view, listed)
    return [reader.line(row) for row in rows]


def from_list(listed: str) -> str:
    """What the address of a record's page says about the list one came from."""
    return f"?{urlencode({LIST: listed})}"


class _Reader:
    """Reads cells; the records that custom fields name are fetched once per kind."""

    def __init__(
        self, rows: Sequence[Any], columns: Sequence[Column], view: Viewpoint, listed: str | None
    ) -> None:
        self.rows, self.columns, self.view = rows, columns, view
        self.suffix = "" if listed is None else from_list(listed)

    def line(self, row: Any) -> Line:
        kind = record_types[row._meta.label_lower]
        cells = [self._cell(row, column) for column in self.columns]
        name = row.name_for(self.view.access)
        url, preview = url_of(kind, row.pk), preview_url(kind, row.pk)
        return Line(row, name, f"{url}{self.suffix}", f"{preview}{self.suffix}", cells)

    def _cell(self, row: Any, column: Column) -> Cell:
        field = column.field
        if column.told is not None:
            return Cell(column, self._told[column.key].get(row.pk))
        if column.key == NAME or field is None or not self._is_reached(row, field):
            return Cell(column, None)
        value = self._value(row, column, field)
        currency = value_of(row, column.currency_path) if column.currency_path else ""
        return Cell(column, value, currency or "")

    @cached_property
    def _told(self) -> Told:
        """What apps above tell of all rows: one question for each of them."""
        found: dict[str, Mapping[int, Any]] = {}
        by_teller: dict[str, list[Column]] = {}
        for column in self.columns:
            if column.told is not None:
                by_teller.setdefault(column.told.key, []).append(column)
        ids = [row.pk for row in self.rows]
        kind = self.rows[0]._meta.label_lower
        for key, columns in by_teller.items():
            names = [column.key for column in columns]
            found |= {name: {} for name in names}
            found |= told_columns[key].read(kind, names, ids, self.view)
        return found

    def _is_reached(self, row: Any, field: ResolvedField) -> bool:
        return not field.hops or all(
            self.view.reaches(hop.record_type, value_of(row, hop.path)) for hop in field.hops
        )

    def _value(self, row: Any, column: Column, field: ResolvedField) -> Any:
        value = field.value_of(row) if field.key else value_of(row, column.value_path)
        match field.type:
            case FieldType.USER:
                return self._user(value)
            case FieldType.LINK:
                return self._linked(value, field.target)
            case FieldType.TAGS:
                return [Word(tag.name, tag.hue) for tag in value.all()] if value is not None else []
            case FieldType.LINKS:
                linked = (self._linked(each, field.target) for each in value.all())
                return sorted(filter(None, linked), key=str)
            case FieldType.CHOICE:
                return None if value is None else self._labels(column).get(value, value)
            case FieldType.CHOICES:
                return [self._labels(column).get(each, each) for each in value or ()]
        return value

    def _labels(self, column: Column) -> Mapping[Any, Any]:
        if column.key not in self._choices:
            choices = column.field.choices if column.field else ()
            self._choices[column.key] = {key: str(label) for key, label in choices}
        return self._choices[column.key]

    @cached_property
    def _choices(self) -> dict[str, Mapping[Any, Any]]:
        return {}

    def _user(self, value: Any) -> str:
        user = value if isinstance(value, User | None) else self._users.get(value)
        return user.display_name if user is not None else ""

    def _linked(self, value: Any, target: str) -> Linked | None:
        kind = record_types[target]
        row: Any = value if isinstance(value, Model) else self._named(target).get(value)
        if row is None or not self.view.reaches(kind, row):
            return None
        return Linked(row.name_for(self.view.access), url_of(kind, row.pk), kind)

    @cached_property
    def _users(self) -> Mapping[int, User]:
        return User.objects.in_bulk(self._ids(FieldType.USER))

    def _named(self, target: str) -> Mapping[int, Any]:
        if target not in self._records:
            rows = permissions.visible_rows(record_types[target].model, self.view.user)
            self._records[target] = rows.in_bulk(self._ids(FieldType.LINK, target))
        return self._records[target]

    @cached_property
    def _records(self) -> dict[str, Mapping[int, Any]]:
        return {}

    def _ids(self, field_type: FieldType, target: str = "") -> set[int]:
        """The numbers that custom fields of the type hold on these rows."""
        fields = [
            c.field
            for c in self.columns
            if c.field and c.field.key and c.field.type == field_type and c.field.target == target
        ]
        values = {field.value_of(row) for field in fields for row in self.rows}
        return {value for value in values if isinstance(value, int)}
