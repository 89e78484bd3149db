"""Values of custom fields as the database sees them: one expression, that of the field's index.

The key stands in the statement itself, not beside it: neither database uses an index on an
expression whose parts are parameters.
"""

import json
import re
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Field, Func, JSONField, TextField, Value
from django.db.models.sql.compiler import SQLCompiler

from core.choices import FieldType

KEY = re.compile(r"\w{1,60}")
COMPARED = 200  # characters; PostgreSQL refuses an index row that is too long
LARGEST_WHOLE = 2**63 - 1
SCALARS = frozenset(
    {FieldType.NUMBER, FieldType.MONEY, FieldType.BOOLEAN, FieldType.USER, FieldType.LINK}
)
Sql = tuple[str, Any]


class JsonScalar(Field):  # type: ignore[type-arg]  # not subscriptable at run time
    """A number or a truth value inside JSON, compared as what it is."""

    def get_prep_value(self, value: Any) -> Any:
        is_large = isinstance(value, int) and abs(value) > LARGEST_WHOLE
        return float(value) if is_large else value

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        value = value if prepared else self.get_prep_value(value)
        if connection.vendor != "postgresql" or value is None:
            return value
        return connection.ops.adapt_json_value(value, None)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        if connection.vendor != "postgresql" or value is None:
            return value
        return JSONField().from_db_value(value, expression, connection)


class CustomValue(Func):
    """A value of the JSON column by its key."""

    postgresql_template = ""
    sqlite_template = ""

    def __init__(self, custom: Any, key: str, *more: Any, **extra: Any) -> None:
        if not KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key of a custom field.")
        super().__init__(custom, *more, key=key, **extra)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Sql:
        return self.as_sql(compiler, connection, template=self.postgresql_template, **context)

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Sql:
        template, key = self.sqlite_template, self.sqlite_key
        return self.as_sql(compiler, connection, template=template, key=key, **context)

    @property
    def sqlite_key(self) -> str:
        """As it is written: SQLite compares it with the text of the JSON, where Django escapes it."""
        return json.dumps(self.extra["key"])[1:-1]


class Words(CustomValue):
    """The first characters of a text: what is sorted and indexed. Dates are such texts, too."""

    output_field = TextField()
    postgresql_template = f"\"left\"(%(expressions)s ->> '%(key)s', {COMPARED})"
    sqlite_template = f"substr(json_extract(%(expressions)s, '$.\"%(key)s\"'), 1, {COMPARED})"


class WholeText(CustomValue):
    """The text in full."""

    output_field = TextField()
    postgresql_template = "(%(expressions)s ->> '%(key)s')"
    sqlite_template = "json_extract(%(expressions)s, '$.\"%(key)s\"')"


class Scalar(CustomValue):
    """A number or a truth value; JSON's null is a missing one."""

    output_field = JsonScalar()
    postgresql_template = "nullif(%(expressions)s -> '%(key)s', 'null')"
    sqlite_template = "json_extract(%(expressions)s, '$.\"%(key)s\"')"


class Chosen(CustomValue):
    """A list of choices; an empty one is missing."""

    output_field = TextField()
    postgresql_template = "nullif(%(expressions)s ->> '%(key)s', '[]')"
    sqlite_template = "nullif(json_extract(%(expressions)s, '$.\"%(key)s\"'), '[]')"


class HasAny(CustomValue):
    """Whether a list has one of the choices."""

    output_field = BooleanField()
    conditional = True
    arg_joiner = ", "

    def __init__(self, custom: Any, key: str, choices: list[str], **extra: Any) -> None:
        super().__init__(custom, key, *map(Value, choices), **extra)

    def _compiled(self, compiler: SQLCompiler) -> tuple[str, str, list[Any]]:
        """The column, the choices, and the parameters of both."""
        parts = [compiler.compile(part) for part in self.get_source_expressions()]
        parameters = [one for _sql, given in parts for one in given]
        return parts[0][0], ", ".join(sql for sql, _given in parts[1:]), parameters

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Sql:
        column, choices, parameters = self._compiled(compiler)
        return f"({column} -> '{self.extra['key']}') ?| array[{choices}]::text[]", parameters

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Sql:
        column, choices, parameters = self._compiled(compiler)
        each = f"json_each({column}, '$.\"{self.sqlite_key}\"') each_choice"
        return (
            f"EXISTS (SELECT 1 FROM {each} WHERE each_choice.value IN ({choices}))",  # noqa: S608
            parameters,
        )


def custom_value(field_type: FieldType, custom: Any, key: str) -> CustomValue:
    """The expression of a field by which it is compared and sorted."""
    if field_type == FieldType.CHOICES:
        return Chosen(custom, key)
    return (Scalar if field_type in SCALARS else Words)(custom, key)
