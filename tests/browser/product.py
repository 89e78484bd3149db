"""Starting the product as `make run` does, on a scratch database, and stopping it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.installation import ROOT, Installation, migrated_database, scratch_broker

PATIENCE_SECONDS = 120
FORECAST_SECONDS = 300


@dataclass(frozen=True)
class Product:
    """A running product."""

    url: str
    folder: Path
    installation: Installation
    cookies: dict[str, Any] = field(default_factory=dict)  # of who has signed in, by e-mail

    def wait_for_forecasts(self) -> None:
        """What the first start leaves to the workers is there."""
        question = (
            "SELECT count(*) FROM core_jobrun WHERE state = 'succeeded' "
            "AND kind = 'analytics.forecasts'"
        )
        self.installation.wait_for_answer(question, 1, FORECAST_SECONDS)

    def password(self, email: str) -> str:
        kept = json.loads((self.folder / "sample-log-ins.json").read_text())
        return str(kept[email]["password"])


@contextmanager
def running_product(folder: Path, *, with_sample: bool = True) -> Iterator[Product]:
    """The whole product under its supervisor: web, worker, beat and broker.

    Without the sample company, whose scores take a while, it is as after "Remove sample data".
    """
    tables = migrated_database(folder, with_users=not with_sample)
    with tables as database, scratch_broker() as broker:
        port = _free_port()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.embedded",
            "VAR_DIR": str(folder),
            "PORT": str(port),
            "DATABASE_URL": database,
            "REDIS_URL": broker,
            "WEBHOOK_ALLOW_NETWORKS": "127.0.0.0/8",
        }
        installation = Installation(folder, database, broker)
        if not with_sample:
            installation.run("DELETE FROM core_sampledata")
        with (folder / "serve.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "scripts.serve"],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}/readyz", folder / "serve.log")
            yield Product(f"http://127.0.0.1:{port}", folder, installation)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(f"The product did not answer: {log.read_text()}")
