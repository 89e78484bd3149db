"""`make backup` and `make restore`: what comes back is what was there; the rest is refused."""

import contextlib
import datetime as dt
import io
import json
import os
import shutil
import sqlite3
import tarfile
import uuid

import pytest

from scripts.backups import commands, databases
from scripts.refusal import RefusalError
from scripts.serving import checks, processes
from scripts.serving.layout import Layout

NOW = dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)


def execute(path, *statements):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        return [connection.execute(statement).fetchall() for statement in statements][-1]


def settings(layout):
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(layout.var / "db.sqlite3")}


@pytest.fixture
def layout(tmp_path):
    """An installation with a database in WAL mode, one upload and its key."""
    layout = Layout(tmp_path / "var")
    layout.make(written=layout.var)
    database = layout.var / "db.sqlite3"
    execute(database, "PRAGMA journal_mode=WAL", "CREATE TABLE lead (name)")
    execute(database, "INSERT INTO lead VALUES ('Ada')")
    (layout.var / "media" / "imports").mkdir()
    (layout.var / "media" / "imports" / "线索.csv").write_text("name\nAda\n")
    (layout.var / "secret_key").write_text("key-one")
    return layout


def test_restore_brings_back_what_was_backed_up(layout):
    database = layout.var / "db.sqlite3"
    written = commands.create(layout, settings(layout), NOW)
    execute(database, "DELETE FROM lead")
    (layout.var / "media" / "imports" / "线索.csv").unlink()
    (layout.var / "media" / "later.csv").touch()
    (layout.var / "secret_key").write_text("key-two")

    aside = commands.restore(layout, settings(layout), written, LATER)

    assert execute(database, "SELECT name FROM lead") == [("Ada",)]
    assert (layout.var / "media" / "imports" / "线索.csv").read_text() == "name\nAda\n"
    assert not (layout.var / "media" / "later.csv").exists()
    assert (layout.var / "secret_key").read_text() == "key-one"
    assert execute(aside / "db.sqlite3", "SELECT name FROM lead") == []
    assert (aside / "media" / "later.csv").exists()
    assert (aside / "secret_key").read_text() == "key-two"


def test_restore_works_on_an_empty_var(layout, tmp_path):
    written = commands.create(layout, settings(layout), NOW)
    fresh = Layout(tmp_path / "fresh")
    fresh.make(written=fresh.var)
    commands.restore(fresh, settings(fresh), written, LATER)
    assert execute(fresh.var / "db.sqlite3", "SELECT name FROM lead") == [("Ada",)]
    assert (fresh.var / "media" / "imports" / "线索.csv").exists()
    assert (fresh.var / "secret_key").read_text() == "key-one"


def test_backup_holds_what_is_committed_while_others_write(layout):
    database = layout.var / "db.sqlite3"
    with contextlib.closing(sqlite3.connect(database)) as writer:
        writer.execute("INSERT INTO lead VALUES ('committed')")
        writer.commit()  # still in the write-ahead log
        writer.execute("INSERT INTO lead VALUES ('not yet')")
        written = commands.create(layout, settings(layout), NOW)
    commands.restore(layout, settings(layout), written, LATER)
    assert execute(database, "SELECT name FROM lead") == [("Ada",), ("committed",)]


def test_backup_is_named_by_its_time_private_and_described(layout):
    written = commands.create(layout, settings(layout), NOW)
    assert written.name == "renmai-20260504-030201.tar.gz"
    assert written.stat().st_mode & 0o777 == 0o600
    with tarfile.open(written) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))
    assert manifest["version"] == commands.version()
    assert manifest["database"] == "sqlite"
    assert set(manifest["files"]) == {"db.sqlite3", "media/imports/线索.csv", "secret_key"}
    assert [path.name for path in layout.backups.iterdir()] == [written.name]


def test_backup_without_a_database_is_refused(layout):
    (layout.var / "db.sqlite3").unlink()
    with pytest.raises(RefusalError, match="`make run` creates it"):
        commands.create(layout, settings(layout), NOW)


# -- what restore refuses, leaving everything as it was ------------------------------------------


@pytest.fixture
def refused(layout):
    """Restore a file and expect a refusal; what was there must be untouched."""

    def refuse(path, sentence):
        with pytest.raises(RefusalError, match=sentence) as refusal:
            commands.restore(layout, settings(layout), path, LATER)
        assert "\n" not in str(refusal.value)
        assert execute(layout.var / "db.sqlite3", "SELECT name FROM lead") == [("Ada",)]
        assert (layout.var / "secret_key").read_text() == "key-one"
        assert not list(layout.backups.glob("*restore*"))

    return refuse


def rewritten(source, target, change):
    """A copy of a backup with its members changed: `change(members)` edits name -> content."""
    with tarfile.open(source) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}
    change(members)
    with tarfile.open(target, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return target


def test_missing_file_is_refused(refused, tmp_path):
    refused(tmp_path / "nowhere.tar.gz", "there is no such file")


def test_truncated_file_is_refused(refused, layout, tmp_path):
    whole = commands.create(layout, settings(layout), NOW).read_bytes()
    half = tmp_path / "half.tar.gz"
    half.write_bytes(whole[: len(whole) // 2])
    refused(half, "is no whole backup")


def test_any_other_file_is_refused(refused, tmp_path):
    other = tmp_path / "other.tar.gz"
    other.write_text("not an archive")
    refused(other, "is no whole backup")


def test_changed_content_is_refused(refused, layout, tmp_path):
    def change(members):
        members["secret_key"] = b"planted"

    written = commands.create(layout, settings(layout), NOW)
    refused(rewritten(written, tmp_path / "x.tar.gz", change), "secret_key does not match")


def test_added_file_is_refused(refused, layout, tmp_path):
    def change(members):
        members["media/planted.html"] = b"planted"

    written = commands.create(layout, settings(layout), NOW)
    refused(rewritten(written, tmp_path / "x.tar.gz", change), r"planted\.html does not match")


@pytest.mark.parametrize("name", ["../escaped", "/tmp/renmai-escaped"])
def test_file_outside_of_the_backup_is_refused(refused, layout, tmp_path, name):
    def change(members):
        members[name] = b"planted"

    written = commands.create(layout, settings(layout), NOW)
    refused(rewritten(written, tmp_path / "x.tar.gz", change), "does not belong in a backup")
    assert not (layout.backups / "escaped").exists()


def described(members, **changes):
    manifest = json.loads(members["manifest.json"]) | changes
    members["manifest.json"] = json.dumps(manifest).encode()


def test_backup_of_the_other_database_is_refused(refused, layout, tmp_path):
    written = commands.create(layout, settings(layout), NOW)
    foreign = rewritten(
        written, tmp_path / "x.tar.gz", lambda members: described(members, database="postgresql")
    )
    refused(foreign, "set or unset DATABASE_URL")


def test_backup_of_a_newer_version_is_refused(refused, layout, tmp_path):
    written = commands.create(layout, settings(layout), NOW)
    newer = rewritten(
        written, tmp_path / "x.tar.gz", lambda members: described(members, version="99.0")
    )
    refused(newer, r"of Renmai 99\.0 .* update first")


def test_running_installation_is_refused(refused, layout):
    written = commands.create(layout, settings(layout), NOW)
    with checks.only_one(layout):
        refused(written, "Renmai is running")


def test_leftover_program_counts_as_running(refused, layout, monkeypatch):
    written = commands.create(layout, settings(layout), NOW)
    monkeypatch.setattr(processes, "alive", lambda run: ["worker"])
    refused(written, r"Renmai is running \(worker\)")


# -- PostgreSQL ----------------------------------------------------------------------------------


@pytest.fixture
def postgresql():
    """An empty database of its own on the server that DATABASE_URL names."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL server")
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is missing: apt install postgresql-client")
    import dj_database_url

    server = dj_database_url.parse(os.environ["DATABASE_URL"])
    name = f"renmai_backup_{uuid.uuid4().hex[:12]}"
    sql(server, f"CREATE DATABASE {name}")
    yield {**server, "NAME": name}
    sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def sql(database, statement):
    return databases._run(database, ["psql", "-X", "-t", "-A", "-c", statement]).strip()


def test_postgresql_restore_replaces_everything(layout, postgresql):
    sql(postgresql, "CREATE TABLE lead (name text); INSERT INTO lead VALUES ('Ada')")
    written = commands.create(layout, postgresql, NOW)
    sql(postgresql, "DELETE FROM lead; CREATE TABLE later (id int)")
    aside = commands.restore(layout, postgresql, written, LATER)
    assert sql(postgresql, "SELECT name FROM lead") == "Ada"
    assert sql(postgresql, "SELECT to_regclass('later')") == ""
    assert (aside / "database.dump").stat().st_size > 0


def test_postgresql_in_use_is_refused(layout, postgresql):
    import psycopg

    written = commands.create(layout, postgresql, NOW)
    address = {key.lower(): postgresql[key] for key in ("HOST", "PORT", "USER", "PASSWORD")}
    with (
        psycopg.connect(dbname=postgresql["NAME"], **address),
        pytest.raises(RefusalError, match=r"1 connections to the database"),
    ):
        commands.restore(layout, postgresql, written, LATER)
