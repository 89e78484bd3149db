"""Databases for benchmarks: for one run, or kept for the next."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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


@contextmanager
def kept_database(purpose: str, *, fresh: bool) -> Iterator[str]:
    """A database of its own that stays for the next time; yields its vendor.

    Its name is that of DATABASE_URL's and the purpose; it is migrated, and made anew if wanted.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        path = Path(settings["NAME"]).with_suffix(f".{purpose}.sqlite3")
        path.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            path.unlink(missing_ok=True)
        settings["NAME"] = str(path)
    else:
        _make_beside(connection, f"{settings['NAME']}_{purpose}", fresh=fresh)
    call_command("migrate", verbosity=0)
    yield connection.vendor


def _make_beside(connection: Any, name: str, *, fresh: bool) -> None:
    """A database of the same server; the connection goes to it from then on."""
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        if fresh:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {quoted}")
    connection.close()
    connection.settings_dict["NAME"] = name
