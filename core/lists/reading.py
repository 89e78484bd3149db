"""Rows with the columns that are shown: the rest would take half of an export's time."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, QuerySet

from core.choices import SEVERAL_ROWS
from core.lists.columns import Column
from core.reading import field_at, names_along, ways_of


def with_only_shown(
    rows: QuerySet[Any], columns: Sequence[Column], more: Iterable[str], also: Iterable[str] = ()
) -> Any:
    """The rows without what no cell, no name and none of `also`, such as the order, needs.

    They are whole where one of these is no plain column.
    """
    ways = ways_of([*(path for column in columns for path in column.related), *more])
    shown = {path for column in columns for path in _shown(column)} - ways
    shown |= set(also) - {"", "pk"}
    try:
        if not all(isinstance(field_at(rows.model, path), Field) for path in shown):
            return rows
        return rows.only(*shown, *names_along(rows.model, ways))
    except FieldDoesNotExist:
        return rows


def _shown(column: Column) -> Iterator[str]:
    field = column.field
    if field is not None and not column.is_name and field.type not in SEVERAL_ROWS:
        yield column.value_path
        if column.currency_path:
            yield column.currency_path
    yield from column.beside
