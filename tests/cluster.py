"""A PostgreSQL server of a test's own, which may be stopped and started as the test likes."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 120


def program(name: str) -> str:
    """Where a program of the server is; empty where none is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else "")


class Cluster:
    """Its data lie in a folder; as root they are those of the user `postgres`, as the server wants it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        if os.geteuid() == 0:
            shutil.chown(folder, self.user)

    @property
    def url(self) -> str:
        return f"postgres://{self.user}@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", self.user, "-E", "UTF8")

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start")

    def stop(self, mode: str) -> None:
        """`immediate` is as if the power went: what was committed is found again from the log."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def _run(self, name: str, *words: str) -> None:
        subprocess.run(
            [program(name), *words],
            cwd=self.folder,
            user=self.user if os.geteuid() == 0 else None,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=SECONDS,
        )


@contextmanager
def cluster() -> Iterator[Cluster]:
    """One that runs, and goes with all that was in it."""
    with tempfile.TemporaryDirectory(prefix="renmai-cluster-") as name:
        made = Cluster(Path(name))
        made.make()
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")
