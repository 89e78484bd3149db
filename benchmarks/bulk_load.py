"""Rows by the hundred thousand, faster than any door of the product lets them in."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.db import connection, models
from django.utils import timezone


def load(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows of the given fields, the others by their defaults; returns how many."""
    fields = [field for field in model._meta.concrete_fields if not _is_serial(field, model)]
    source = iter(rows)
    first = next(source, None)
    if first is None:
        return 0
    if "id" in first:
        fields = list(model._meta.concrete_fields)
    fields = [field for field in fields if not field.generated]
    defaults = {field.name: _default(field) for field in fields}
    values = (
        [_prepared(field, row.get(field.name, defaults[field.name])) for field in fields]
        for row in _with_first(first, source)
    )
    write = _copy if connection.vendor == "postgresql" else _insert
    return write(model._meta.db_table, [str(field.column) for field in fields], values)


def _with_first(first: Mapping[str, Any], rest: Iterator[Mapping[str, Any]]) -> Iterator[Any]:
    yield first
    yield from rest


def _is_serial(field: Any, model: type[models.Model]) -> bool:
    return isinstance(field, models.AutoField) and field is model._meta.pk


def _default(field: Any) -> Any:
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return timezone.now()
    if field.has_db_default() and not field.has_default():
        return getattr(field.db_default, "value", field.db_default)
    return None if field.null and not field.has_default() else field.get_default()


def _prepared(field: Any, value: Any) -> Any:
    if isinstance(field, models.JSONField) or connection.vendor != "postgresql":
        return field.get_db_prep_save(value, connection)
    return value


def _copy(table: str, columns: list[str], values: Iterator[list[Any]]) -> int:
    names = ", ".join(f'"{column}"' for column in columns)
    count = 0
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
        for row in values:
            copy.write_row(row)
            count += 1
    return count


def _insert(table: str, columns: list[str], values: Iterator[list[Any]]) -> int:
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    count = 0
    with connection.cursor() as cursor:
        while batch := list(islice(values, 5_000)):
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', batch)
            count += len(batch)
    return count
