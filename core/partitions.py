"""Tables that PostgreSQL keeps in one part a year; elsewhere they are one table."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState
from django.db.models import Model

FirstId = Callable[[datetime], int]


class CreatePartitionedModel(CreateModel):
    """`CreateModel` of a table that is partitioned by ranges of its primary key."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        editor: Any = schema_editor
        plain = editor.sql_create_table
        if schema_editor.connection.vendor == "postgresql":
            editor.sql_create_table = f'{plain} PARTITION BY RANGE ("id")'
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            editor.sql_create_table = plain


def ensure_partitions(model: type[Model], first_id: FirstId, years: range) -> list[str]:
    """Make the parts of these years that are not there, and one for all other times.

    Returns the names of those made. Rows of a year that came early, into the part for all other
    times, are moved.
    """
    if connection.vendor != "postgresql":
        return []
    table = model._meta.db_table
    made = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::regclass::text FROM pg_partition_tree(%s)", [table])
        there = {name.strip('"') for (name,) in cursor.fetchall()}
        if f"{table}_other" not in there:
            cursor.execute(f'CREATE TABLE "{table}_other" PARTITION OF "{table}" DEFAULT')
        for year in years:
            part = f"{table}_{year}"
            if part not in there:
                low, high = (first_id(datetime(y, 1, 1, tzinfo=UTC)) for y in (year, year + 1))
                _add_part(cursor, table, part, low, high)
                made.append(part)
    return made


def _add_part(cursor: Any, table: str, part: str, low: int, high: int) -> None:
    """A part by itself, filled from the rows that came early, then made one of the table's."""
    other = f"{table}_other"
    cursor.execute(f'CREATE TABLE "{part}" (LIKE "{table}" INCLUDING ALL)')
    cursor.execute(
        f'WITH early AS (DELETE FROM "{other}" WHERE id >= %s AND id < %s RETURNING *) '  # noqa: S608  # names of the model
        f'INSERT INTO "{part}" SELECT * FROM early',
        [low, high],
    )
    cursor.execute(
        f'ALTER TABLE "{table}" ATTACH PARTITION "{part}" FOR VALUES FROM ({low}) TO ({high})'
    )
