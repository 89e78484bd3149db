"""New rows of a model by the hundred: COPY on PostgreSQL, one prepared INSERT on SQLite.

`bulk_create` builds a statement with a parameter for each value, which takes three times as long.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from django.db import connection, models
from django.utils import timezone

Convert = Callable[[Any], Any]


def insert_records(records: Sequence[models.Model]) -> None:
    """Write new rows of one model inside the caller's transaction; each gets its number.

    Nothing is asked of the model: no signal, no `save`, no default that a field fills in while saving
    but the moments of `auto_now` and `auto_now_add`, which are the same for all.
    """
    if not records:
        return
    model: Any = type(records[0])
    number, fields, now = model._meta.pk, model._meta.concrete_fields, timezone.now()
    moments = [field.attname for field in fields if _is_of_now(field)]
    for record, pk in zip(records, _next_numbers(model, len(records)), strict=True):
        setattr(record, number.attname, pk)
        for name in moments:
            setattr(record, name, now)
        record._state.adding = False  # noqa: SLF001  # as bulk_create does
        record._state.db = connection.alias  # noqa: SLF001
    names = attrgetter(*(field.attname for field in fields))
    rows = _prepared(fields, map(names, records))
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
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in concrete)
    table = connection.ops.quote_name(model._meta.db_table)
    write = _copy if connection.vendor == "postgresql" else _insert
    write(f"{table} ({columns})", len(concrete), _prepared(concrete, rows))


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


def maker_of(model: type[models.Model]) -> Callable[[], Any]:
    """Makes unsaved records with the defaults of their model, of which the moments are the same for
    all. Calling the model asks every field each time, which takes twice as long."""
    fields = model._meta.concrete_fields
    defaults = [field.get_default() for field in fields]
    own = [place for place, field in enumerate(fields) if _has_own_default(field)]

    def make() -> Any:
        values = list(defaults)
        for place in own:
            values[place] = fields[place].get_default()
        return model(*values)

    return make


def _has_own_default(field: Any) -> bool:
    """Each record has one of its own, such as a dictionary."""
    return callable(field.default) and field.default is not timezone.now


def _is_of_now(field: Any) -> bool:
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


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


def _prepared(fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """The rows with values as the driver takes them."""
    conversions = [(place, _conversion(field)) for place, field in enumerate(fields)]
    needed = [(place, convert) for place, convert in conversions if convert is not None]
    for row in rows:
        values = list(row)
        for place, convert in needed:
            values[place] = convert(values[place])
        yield values


def _conversion(field: Any) -> Convert | None:
    if _is_plain(field):
        return None
    if type(field) is models.JSONField:
        return partial(_json, encoder=field.encoder)
    return partial(field.get_db_prep_save, connection=connection)


def _json(value: Any, encoder: type[json.JSONEncoder] | None) -> str | None:
    """As both databases take it."""
    return None if value is None else json.dumps(value, cls=encoder)


def _copy(target: str, _width: int, rows: Iterator[list[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(target: str, width: int, rows: Iterator[list[Any]]) -> None:
    places = ", ".join(["%s"] * width)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {target} VALUES ({places})", list(rows))  # noqa: S608  # names of the model
