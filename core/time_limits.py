"""No query of a page may hold it, and the database, for longer than a few seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import OperationalError, connection, transaction

STEPS = 20_000  # of SQLite's machine between two looks at the clock


class TookTooLong(Exception):  # noqa: N818  # an answer, like Refused
    """The database was stopped."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Queries inside are stopped after this time and raise TookTooLong."""
    try:
        with transaction.atomic(), _limited(seconds):
            yield
    except OperationalError as error:
        if _was_stopped(error):
            raise TookTooLong from error
        raise


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Of the transaction only: a pooled connection goes to somebody else afterwards.
            cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield
        return
    database: Any = connection.connection
    last = monotonic() + seconds
    database.set_progress_handler(lambda: int(monotonic() > last), STEPS)
    try:
        yield
    finally:
        database.set_progress_handler(None, 0)


def _was_stopped(error: OperationalError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state == "57014" or str(error) == "interrupted"
