"""Many rows at once: insert them, or update those that are there and not newer."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connections, models, router

# SQLite accepts 32,766 parameters in a statement; PostgreSQL 65,535.
MAX_PARAMETERS = 30_000


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
    field is the same or later: an older run finishing late changes nothing.
    """
    connection = connections[router.db_for_write(model)]
    concrete = [model._meta.get_field(name) for name in fields]
    statement_head, statement_tail = _statement(
        model, connection, fields, key, updates or [n for n in fields if n not in key], newer_by
    )
    size = max(1, MAX_PARAMETERS // len(fields))
    source = iter(rows)
    written = 0
    with connection.cursor() as cursor:
        while batch := list(islice(source, size)):
            values = [
                field.get_db_prep_save(value, connection)  # type: ignore[union-attr]
                for row in batch
                for field, value in zip(concrete, row, strict=True)
            ]
            tuple_ = "(" + ", ".join(["%s"] * len(fields)) + ")"
            cursor.execute(
                f"{statement_head} {', '.join([tuple_] * len(batch))} {statement_tail}", values
            )
            written += cursor.rowcount
    return written


def _statement(
    model: type[models.Model],
    connection: Any,
    fields: Sequence[str],
    key: Sequence[str],
    updates: Sequence[str],
    newer_by: str | None,
) -> tuple[str, str]:
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    column = {name: quote(model._meta.get_field(name).column) for name in fields}  # type: ignore[union-attr]
    assignments = ", ".join(f"{column[name]} = excluded.{column[name]}" for name in updates)
    head = f"INSERT INTO {table} ({', '.join(column.values())}) VALUES"
    tail = f"ON CONFLICT ({', '.join(column[name] for name in key)}) DO UPDATE SET {assignments}"
    if newer_by:
        tail += f" WHERE {table}.{column[newer_by]} <= excluded.{column[newer_by]}"
    return head, tail


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
