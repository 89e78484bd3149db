"""Rows with the columns that are shown: the rest would take half of an export's time."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model, QuerySet

from core.choices import FieldType
from core.lists.columns import Column


def with_only_shown(
    rows: QuerySet[Any], columns: Sequence[Column], more: Iterable[str], ordered: str = ""
) -> Any:
    """The rows without what no cell, no name and no order needs.

    They are whole where one of these is no plain column.
    """
    links = {path for column in columns for path in column.related} | set(more)
    ways = {way for path in links for way in _ways(path)}
    shown = {path for column in columns for path in _shown(column)} - ways
    shown |= {ordered} - {"", "pk"}
    try:
        if not all(isinstance(_at(rows.model, path), Field) for path in shown):
            return rows
        named = [name for way in ("", *ways) for name in _named(_model_at(rows.model, way), way)]
    except FieldDoesNotExist:
        return rows
    return rows.only(*shown, *named)


def read_by_name(rows: QuerySet[Any], links: Iterable[str], also: Iterable[str]) -> Any:
    """The rows with these columns and what they are called, and so the records they lead to."""
    ways = {way for path in links for way in _ways(path)}
    named = [name for way in ("", *ways) for name in _named(_model_at(rows.model, way), way)]
    return rows.select_related(*ways).only(*named, *also)


def _ways(path: str) -> Iterator[str]:
    """The links on the way, and the last one."""
    parts = path.split("__")
    return ("__".join(parts[: place + 1]) for place in range(len(parts)))


def _shown(column: Column) -> Iterator[str]:
    if column.field is not None and not column.is_name and column.field.type != FieldType.TAGS:
        yield column.value_path
        if column.currency_path:
            yield column.currency_path
    yield from column.beside


def _named(model: type[Model], way: str) -> Iterator[str]:
    """What says how a record is called and whether it may be seen; of other models, everything."""
    own = getattr(model, "READ_BY_NAME", None) or _columns(model)
    return (f"{way}__{name}" if way else name for name in own)


def _columns(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]


def _model_at(model: type[Model], way: str) -> type[Model]:
    return _at(model, way).related_model if way else model


def _at(model: Any, path: str) -> Any:
    found: Any = None
    for part in path.split("__"):
        found = model._meta.get_field(part)
        model = found.related_model
    return found
