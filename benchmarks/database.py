"""A database for one benchmark: made, migrated and dropped again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django


@contextmanager
def scratch_database() -> Iterator[str]:
    """A fresh database beside the one of DATABASE_URL, or a file of SQLite; yields its vendor."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from django.db import connection

    if connection.vendor == "sqlite":
        # A file, as in an installation: a database in memory would flatter the figures.
        name = Path(str(connection.settings_dict["NAME"]))
        name.parent.mkdir(parents=True, exist_ok=True)
        connection.settings_dict["TEST"]["NAME"] = f"{name}.benchmark"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield connection.vendor
    finally:
        connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)
