"""Copying and replacing the two kinds of database, each consistent while others write."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.refusal import RefusalError

Settings = Mapping[str, Any]  # Django's DATABASES["default"]
FILES = {"sqlite": "db.sqlite3", "postgresql": "database.dump"}


def kind(database: Settings) -> str:
    return "sqlite" if str(database["ENGINE"]).endswith("sqlite3") else "postgresql"


# -- SQLite --------------------------------------------------------------------------------------


def copy_sqlite(database: Settings, target: Path) -> None:
    source = Path(str(database["NAME"]))
    if not source.exists():
        raise RefusalError(f"There is no database at {source} yet: `make run` creates it.")
    with (
        contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        # A copy in WAL mode would need its two side files.
        copy.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)
    check_sqlite(target)


def check_sqlite(path: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        raise RefusalError(
            f"The database {path.name} is damaged ({verdict}): take an earlier backup."
        )


def replace_sqlite(database: Settings, source: Path, aside: Path) -> None:
    """Move the database (and its side files) aside and put the copy in its place."""
    check_sqlite(source)
    current = Path(str(database["NAME"]))
    for suffix in ("", "-wal", "-shm"):
        old = current.with_name(current.name + suffix)
        if old.exists():
            shutil.move(old, aside / old.name)
    current.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, current)


# -- PostgreSQL ----------------------------------------------------------------------------------


def _environment(database: Settings) -> dict[str, str]:
    """libpq's variables: a password on a command line could be read by others."""
    names = {
        "HOST": "PGHOST",
        "PORT": "PGPORT",
        "USER": "PGUSER",
        "PASSWORD": "PGPASSWORD",
        "NAME": "PGDATABASE",
    }
    chosen = {variable: str(database.get(name) or "") for name, variable in names.items()}
    options = {
        f"PG{name.upper()}": str(value)
        for name, value in dict(database.get("OPTIONS") or {}).items()
        if name in {"sslmode", "sslrootcert", "sslcert", "sslkey", "options"}
    }
    return {**os.environ, **{name: value for name, value in chosen.items() if value}, **options}


def _run(database: Settings, command: list[str]) -> str:
    if shutil.which(command[0]) is None:
        raise RefusalError(
            f"The program {command[0]} is missing: install it with `apt install postgresql-client`."
        )
    done = subprocess.run(
        command, env=_environment(database), capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = " ".join(done.stderr.split()) or "no message"
        raise RefusalError(f"{command[0]} failed ({words}): put that right and try again.")
    return done.stdout


def dump_postgresql(database: Settings, target: Path) -> None:
    target.touch(mode=0o600)
    _run(database, ["pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={target}"])


def connections_postgresql(database: Settings) -> int:
    """How many others use the database at this moment."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    return int(_run(database, ["psql", "--no-psqlrc", "--tuples-only", "--command", query]))


def replace_postgresql(database: Settings, source: Path, aside: Path) -> None:
    """Keep a dump of what was there, then replace all of it in one transaction."""
    dump_postgresql(database, aside / FILES["postgresql"])
    script = source.with_suffix(".sql")
    # `pg_dump` writes no DROP for tables that only the present database has.
    clean = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    _run(database, ["pg_restore", "--no-owner", "--no-acl", f"--file={script}", str(source)])
    command = ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run(database, [*command, "--output=/dev/null", "--command", clean, "--file", str(script)])
