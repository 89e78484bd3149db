"""What PostgreSQL is told when a connection is made."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

# Rows that are read with those they link to join seven or eight tables. Trying all orders of eight
# takes longer than the answer; of five it takes a tenth, and the joins beyond are left as written.
TABLES_TO_ORDER = 5


def _limit_planning(connection: BaseDatabaseWrapper, **_given: Any) -> None:
    if connection.vendor == "postgresql":
        connection.connection.execute(f"SET join_collapse_limit = {TABLES_TO_ORDER}")


def register() -> None:
    """Say it on each connection that is made."""
    connection_created.connect(_limit_planning, dispatch_uid="core.postgresql")
