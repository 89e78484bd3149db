"""Indexes of custom fields, made when a large table is first sorted or filtered by one."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.utils import timezone

from core.choices import FieldType
from core.fields.expressions import custom_value
from core.jobs.questions import ask
from core.models import CustomField, JobRun, User
from core.registries import record_types

KIND = "core.custom_field_index"
# Below this many rows reading them all is as fast as an index.
LARGE = 20_000
CONCURRENTLY = "CONCURRENTLY"


def ask_for_index(*, field: CustomField, as_of: datetime, by: User | None) -> JobRun | None:
    """Ask for the field's index, or for its removal; None when there is nothing to do."""
    if field.is_archived == (field.indexed_at is None):
        return None
    if not field.is_archived and not is_large(table_of(field)):
        return None
    scope = {"field": field.pk, "label": field.label, "drop": field.is_archived}
    # Once a day: what failed is not tried again by each page.
    day = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    return ask(kind=KIND, scope=scope, as_of=day, requested_by=by)


def ask_for_indexes(
    *, fields: Iterable[CustomField], as_of: datetime, by: User | None
) -> list[JobRun]:
    """The runs that will index the fields that somebody sorts or filters by."""
    asked = (ask_for_index(field=f, as_of=as_of, by=by) for f in fields if f.indexed_at is None)
    return [run for run in asked if run is not None]


def table_of(field: CustomField) -> str:
    return record_types[field.object_type].model._meta.db_table


def is_large(table: str) -> bool:
    """Whether the table has so many rows that an index pays; an estimate on PostgreSQL."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [table])
        else:
            cursor.execute(f"SELECT max(id) FROM {_quoted(table)}")  # noqa: S608  # of a model
        found = cursor.fetchone()
    return bool(found and (found[0] or 0) >= LARGE)


def index_name(field: CustomField) -> str:
    return f"custom_field_{field.pk}"


def build_index(field: CustomField) -> None:
    """Build the field's index, or do nothing where a whole one is; reads and writes go on.

    What a crash left behind is an invalid index, which is dropped and built anew. Runs outside a
    transaction.
    """
    _drop_invalid(field)
    table = table_of(field)
    _execute(
        f"CREATE INDEX {_concurrently()} IF NOT EXISTS {_quoted(index_name(field))}"
        f" ON {_quoted(table)} {_indexed(field)}"
    )
    _execute(f"ANALYZE {_quoted(table)}")
    kept = CustomField.objects.filter(pk=field.pk, is_archived=False)
    if not kept.update(indexed_at=timezone.now()):
        drop_index(field)  # archived in the meantime


def drop_index(field: CustomField) -> None:
    """Drop the field's index, if there is one."""
    _execute(f"DROP INDEX {_concurrently()} IF EXISTS {_quoted(index_name(field))}")
    CustomField.objects.filter(pk=field.pk).update(indexed_at=None)


def _indexed(field: CustomField) -> str:
    """What is indexed: the value and the id, so that keyset pages seek; choices by what they have."""
    column = _quoted("custom")
    if field.type == FieldType.CHOICES and connection.vendor == "postgresql":
        return f"USING gin (({column} -> '{field.key}'))"
    value = custom_value(FieldType(field.type), column, field.key)
    is_postgresql = connection.vendor == "postgresql"
    template = value.postgresql_template if is_postgresql else value.sqlite_template
    key = field.key if is_postgresql else value.sqlite_key
    return f"(({template % {'expressions': column, 'key': key}}), id)"


def _drop_invalid(field: CustomField) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid",
            [index_name(field)],
        )
        is_invalid = cursor.fetchone() is not None
    if is_invalid:
        _execute(f"DROP INDEX {CONCURRENTLY} IF EXISTS {_quoted(index_name(field))}")


def _concurrently() -> str:
    return CONCURRENTLY if connection.vendor == "postgresql" else ""


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
