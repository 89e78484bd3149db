"""`make run` for real: first page, killed worker, Ctrl-C, second start (`make acceptance`)."""

# A long proof prints its figures.

import os
import signal
import time

import pytest

from scripts import fresh_check
from scripts.serving import processes
from scripts.serving.layout import Layout

pytestmark = pytest.mark.acceptance


@pytest.fixture
def start(monkeypatch, tmp_path):
    """`make run` of the working tree on a `var/` of its own."""
    layout = Layout(tmp_path)
    port = fresh_check.free_port()
    inherited = fresh_check.environment

    def environment(**variables):
        return inherited(**variables, VAR_DIR=str(layout.var))

    monkeypatch.setattr(fresh_check, "environment", environment)
    monkeypatch.setattr(fresh_check, "processes_of", lambda tree: processes.alive(layout.run))
    return layout, lambda: fresh_check.running(fresh_check.ROOT, port)


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_make_run_starts_survives_a_killed_worker_and_stops(start):
    layout, run = start
    with run() as first:
        print(f"\nfirst start: {first.wait_for_first_page():.1f} s")
        worker = processes.recorded(layout.run)["worker"]
        os.kill(worker.pid, signal.SIGKILL)
        wait_until(lambda: processes.recorded(layout.run).get("worker", worker) != worker)
        assert processes.members(worker) == []
        print(f"Ctrl-C: {first.interrupt():.1f} s")
    with run() as second:
        seconds = second.wait_for_first_page()
        print(f"second start: {seconds:.1f} s")
        assert seconds < fresh_check.SECOND_START_SECONDS
        os.kill(processes.recorded(layout.run)["supervisor"].pid, signal.SIGKILL)
        assert second.make.wait(60) != 0
        assert processes.alive(layout.run) == []
