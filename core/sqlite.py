"""What SQLite cannot do by itself."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from core.text import fold


def _add_functions(connection: BaseDatabaseWrapper, **_given: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            "renmai_fold", 1, lambda text: None if text is None else fold(text), deterministic=True
        )


def register() -> None:
    """Add the functions to each connection that is made."""
    connection_created.connect(_add_functions, dispatch_uid="core.sqlite")
