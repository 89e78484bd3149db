"""What PostgreSQL is told when a connection is made, and how it is asked for many values."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import Field
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

# Rows that are read with those they link to join seven or eight tables. Trying all orders of eight
# takes longer than the answer; of five it takes a tenth, and the joins beyond are left as written.
TABLES_TO_ORDER = 5


class AnyOf(In):
    """`pk__any_of`: as `in`, with all values in one parameter, for those that come by the thousand."""

    lookup_name = "any_of"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, list(self.rhs)]


def _limit_planning(connection: BaseDatabaseWrapper, **_given: Any) -> None:
    if connection.vendor == "postgresql":
        connection.connection.execute(f"SET join_collapse_limit = {TABLES_TO_ORDER}")


def register() -> None:
    """Say it on each connection that is made, and let all fields be asked so."""
    Field.register_lookup(AnyOf)
    connection_created.connect(_limit_planning, dispatch_uid="core.postgresql")
