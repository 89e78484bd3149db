"""Many rows at once: insert them, or update those that are there and not newer."""

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper

MAX_PARAMETERS = 30_000  # SQLite accepts 32,766 in a statement
MAX_ROWS = 5_000


def upsert(
    model: type[models.Model],
    rows: Iterable[Sequence[Any]],
    *,
    fields: Sequence[str],
    key: Sequence[str],
    updates: Sequence[str] | None = None,
    newer_by: str | None = None,
) -> int:
    """Write rows (values in the order of `fields`) by unique `key`; returns rows written.

    Each key may occur once in a call: PostgreSQL refuses to touch a row twice in a statement.
    `updates` names the fields that a row already there takes over (all, unless given).
    With `newer_by`, a row that is already there is only overwritten by one whose value in that
    field is the same or later (or that has none yet): an older run finishing late changes nothing.
    """
    connection = connections[router.db_for_write(model)]
    conflict = _on_conflict(
        model, connection, key, updates or [n for n in fields if n not in key], newer_by
    )
    return _write(model, rows, fields, conflict)


def insert_new(
    model: type[models.Model], rows: Iterable[Sequence[Any]], *, fields: Sequence[str]
) -> int:
    """Write the rows that are not there yet, by any unique key; returns rows written."""
    return _write(model, rows, fields, "ON CONFLICT DO NOTHING")


def _write(
    model: type[models.Model], rows: Iterable[Sequence[Any]], fields: Sequence[str], conflict: str
) -> int:
    connection = connections[router.db_for_write(model)]
    concrete = [model._meta.get_field(name) for name in fields]
    form = _columns if connection.vendor == "postgresql" else _rows
    size = min(MAX_ROWS, max(1, MAX_PARAMETERS // len(fields)))
    source = iter(rows)
    written = 0
    with connection.cursor() as cursor:
        while batch := list(islice(source, size)):
            insert, parameters = form(model, connection, concrete, batch)
            cursor.execute(f"{insert} {conflict}", parameters)
            written += cursor.rowcount
    return written


def _names(connection: BaseDatabaseWrapper, fields: Sequence[Any]) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in fields)


def _rows(
    model: type[models.Model],
    connection: BaseDatabaseWrapper,
    fields: Sequence[Any],
    batch: Sequence[Sequence[Any]],
) -> tuple[str, list[Any]]:
    """INSERT with a parameter for each value."""
    table = connection.ops.quote_name(model._meta.db_table)
    row = "(" + ", ".join(["%s"] * len(fields)) + ")"
    values = ", ".join([row] * len(batch))
    statement = f"INSERT INTO {table} ({_names(connection, fields)}) VALUES {values}"  # noqa: S608  # names of the model
    return statement, [
        field.get_db_prep_save(value, connection)
        for values in batch
        for field, value in zip(fields, values, strict=True)
    ]


def _columns(
    model: type[models.Model],
    connection: BaseDatabaseWrapper,
    fields: Sequence[Any],
    batch: Sequence[Sequence[Any]],
) -> tuple[str, list[Any]]:
    """INSERT with a parameter for each column: PostgreSQL reads it twice as fast as single values.

    A column of JSON is one JSON array, because an array of the database would quote each value.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    names = _names(connection, fields)
    taken: list[str] = []
    sets: list[str] = []
    parameters: list[Any] = []
    for field, values in zip(fields, zip(*batch, strict=True), strict=True):
        column = connection.ops.quote_name(field.column)
        if isinstance(field, models.JSONField):
            taken.append(f"nullif({column}, 'null')")
            sets.append("jsonb_array_elements(%s::jsonb)")
            parameters.append(json.dumps(values, cls=field.encoder))
        else:
            # Without the length: an explicit cast would cut a text that is too long.
            element = str(field.db_type(connection)).partition("(")[0]
            taken.append(column)
            sets.append(f"unnest(%s::{element}[])")
            parameters.append([field.get_db_prep_save(value, connection) for value in values])
    statement = (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(taken)} "  # noqa: S608  # names of the model
        f"FROM ROWS FROM ({', '.join(sets)}) AS given ({names})"
    )
    return statement, parameters


def _on_conflict(
    model: type[models.Model],
    connection: BaseDatabaseWrapper,
    key: Sequence[str],
    updates: Sequence[str],
    newer_by: str | None,
) -> str:
    def column(name: str) -> str:
        return connection.ops.quote_name(model._meta.get_field(name).column)  # type: ignore[union-attr,arg-type]

    assignments = ", ".join(f"{column(name)} = excluded.{column(name)}" for name in updates)
    clause = f"ON CONFLICT ({', '.join(map(column, key))}) DO UPDATE SET {assignments}"
    if newer_by:
        table = connection.ops.quote_name(model._meta.db_table)
        at = f"{table}.{column(newer_by)}"
        clause += f" WHERE ({at} IS NULL OR {at} <= excluded.{column(newer_by)})"
    return clause


def update_rows(records: Sequence[models.Model], *, fields: Sequence[str]) -> int:
    """Write some fields of many stored records at once.

    An upsert by primary key: `bulk_update` builds a CASE over all rows and takes ten times as long.
    """
    if not records:
        return 0
    concrete = records[0]._meta.concrete_fields
    return upsert(
        type(records[0]),
        ([field.value_from_object(record) for field in concrete] for record in records),
        fields=[field.name for field in concrete],
        key=[records[0]._meta.pk.name],
        updates=fields,
    )
