"""Rows with the columns that are needed, and no others: whole ones take twice the time."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model, QuerySet


def read_by_name(rows: QuerySet[Any], links: Iterable[str], also: Iterable[str]) -> Any:
    """The rows with these columns and what they are called, and so the records they lead to."""
    ways = ways_of(links)
    return rows.select_related(*ways).only(*names_along(rows.model, ways), *also)


def ways_of(links: Iterable[str]) -> set[str]:
    """The links and all that lie on the way to them.

    >>> sorted(ways_of(["lead__contact"]))
    ['lead', 'lead__contact']
    """
    return {way for path in links for way in _ways(path)}


def _ways(path: str) -> Iterator[str]:
    parts = path.split("__")
    return ("__".join(parts[: place + 1]) for place in range(len(parts)))


def names_along(model: type[Model], ways: Iterable[str]) -> list[str]:
    """What says how the rows and their linked records are called and whether they may be seen.

    Of a model that does not say (READ_BY_NAME), every column.
    """
    return [
        f"{way}__{name}" if way else name
        for way in ("", *ways)
        for name in _names(field_at(model, way).related_model if way else model)
    ]


def _names(model: Any) -> Iterable[str]:
    own: Iterable[str] | None = getattr(model, "READ_BY_NAME", None)
    return own or columns_of(model)


def columns_of(model: type[Model]) -> list[str]:
    """Every column of a model, for rows that are read whole beside others that are not."""
    return [field.name for field in model._meta.concrete_fields]


def field_at(model: Any, path: str) -> Any:
    """The field at the end of a path; FieldDoesNotExist where there is none."""
    found: Any = None
    for part in path.split("__"):
        found = model._meta.get_field(part)
        model = found.related_model
    return found
