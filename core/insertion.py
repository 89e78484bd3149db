"""New rows of a model by the hundred: COPY on PostgreSQL, one prepared INSERT on SQLite.

`bulk_create` builds a statement with a parameter for each value, which takes three times as long.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

Convert = Callable[[Any], Any]


def insert_records(records: Sequence[models.Model]) -> None:
    """Write new rows of one model inside the caller's transaction; each gets its number.

    Nothing is asked of the model: no signal, no `save`, no default that a field fills in while saving
    but the moments of `auto_now` and `auto_now_add`.
    """
    if not records:
        return
    model: Any = type(records[0])
    number = model._meta.pk
    for record, pk in zip(records, _next_numbers(model, len(records)), strict=True):
        setattr(record, number.attname, pk)
        record._state.adding = False  # noqa: SLF001  # as bulk_create does
        record._state.db = connection.alias  # noqa: SLF001
    fields = model._meta.concrete_fields
    getters = [_getter(field) for field in fields]
    rows = ([get(record) for get in getters] for record in records)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    write = _copy if connection.vendor == "postgresql" else _insert
    write(f"{table} ({columns})", len(fields), rows)


def insert_rows(
    model: type[models.Model], fields: Sequence[str], rows: Iterator[Sequence[Any]]
) -> None:
    """Write new rows of these fields (`contact_id` for a link), whose numbers nobody asks for.

    Columns that are not named keep the default of the database.
    """
    concrete = [_field(model, name) for name in fields]
    conversions = [None if _is_plain(field) else field for field in concrete]
    prepared = (
        [
            value if field is None else _prepared(field, value)
            for field, value in zip(conversions, row, strict=True)
        ]
        for row in rows
    )
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in concrete)
    table = connection.ops.quote_name(model._meta.db_table)
    write = _copy if connection.vendor == "postgresql" else _insert
    write(f"{table} ({columns})", len(concrete), prepared)


def _field(model: type[models.Model], name: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.attname == name)


def _next_numbers(model: Any, count: int) -> Sequence[int]:
    """Numbers that nobody else gets; on SQLite the transaction is the only one that writes."""
    table, column = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [f'"{table}"', column, count],
            )
            return [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return range(last + 1, last + 1 + count)


def _getter(field: Any) -> Callable[[Any], Any]:
    """The value of a record as the driver takes it."""
    name = field.attname
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return lambda record: _prepared(field, field.pre_save(record, True))
    if _is_plain(field):
        return lambda record: getattr(record, name)
    return lambda record: _prepared(field, getattr(record, name))


# What drivers take as it is.
PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.AutoField,
    models.BooleanField,
    models.ForeignKey,
)
TAKEN_BY_POSTGRESQL = (models.DateTimeField, models.DateField, models.DecimalField)


def _is_plain(field: Any) -> bool:
    """Fields of ours may turn values into something else on their way."""
    is_djangos = type(field).__module__.startswith(models.fields.__name__)
    by_driver = (*PLAIN, *TAKEN_BY_POSTGRESQL) if connection.vendor == "postgresql" else PLAIN
    return is_djangos and isinstance(field, by_driver)


def _prepared(field: Any, value: Any) -> Any:
    if isinstance(value, datetime) and connection.vendor == "postgresql":
        return value
    return field.get_db_prep_save(value, connection)


def _copy(target: str, _width: int, rows: Iterator[list[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(target: str, width: int, rows: Iterator[list[Any]]) -> None:
    places = ", ".join(["%s"] * width)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {target} VALUES ({places})", list(rows))  # noqa: S608  # names of the model
