"""`make run`: prepare the installation under `var/`, start its programs, stop them at Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO

from scripts.refusal import RefusalError, speak
from scripts.serving import checks, processes, programs, supervision
from scripts.serving.layout import ROOT, Address, Layout


class StopRequested(BaseException):
    """Ctrl-C, or a SIGTERM or SIGHUP, which mean the same."""


def _request_stop(_number: int, _frame: FrameType | None) -> None:
    raise StopRequested


def say(sentence: str = "") -> None:
    print(sentence, flush=True)


def prepare(layout: Layout, environment: dict[str, str]) -> list[list[str]]:
    """Migrate, compile, collect; the rows (role, e-mail, password) of the sample users."""
    first = not any(layout.var.glob("db.sqlite3")) and not environment.get("DATABASE_URL")
    say("Preparing the database …" if first else "Checking the database …")
    log = layout.log / "prepare.log"
    rows = []
    with log.open("w") as stderr, start_preparing(environment, stderr) as child:
        for line in child.stdout or ():
            cells = line.rstrip("\n").split("\t")
            if len(cells) == 3:
                rows.append(cells)
            else:
                say(line.rstrip("\n"))
    if child.returncode:
        raise RefusalError(
            f"Preparing the database failed ({supervision.last_words(log)}): {log} has the details."
        )
    return rows


def start_preparing(environment: dict[str, str], stderr: IO[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scripts.serving.prepare"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


def announce(layout: Layout, address: Address, rows: list[list[str]], seconds: float) -> None:
    say()
    say(f"  Renmai runs at {address.url}   (started in {seconds:.1f} s)")
    if rows:
        say()
        say("  Sample log-ins")
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        for row in rows:
            say(
                "    "
                + "   ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
            )
    say()
    say(f"  Logs are in {layout.log}. Ctrl-C stops.")


@contextmanager
def stopping_everything(layout: Layout, supervisor: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave no process behind, whatever ends the block; a second Ctrl-C hurries."""
    try:
        yield
    finally:
        say("\nStopping …")
        try:
            supervision.stop(layout, supervisor)
        except StopRequested:
            supervision.stop(layout, supervisor, patience=0)


def run() -> int:
    started = time.monotonic()
    layout, address = Layout.from_environment(), Address.from_environment()
    layout.make(written=layout.var)
    layout.require_short_path()
    with checks.only_one(layout):
        left = processes.stop_leftovers(layout.run)
        if left:
            say(f"Stopped what an earlier start had left running: {', '.join(left)}.")
        checks.require_free_port(address)
        checks.require_broker()
        environment = programs.child_environment()
        rows = prepare(layout, environment)
        chosen = programs.programs(layout, address, environment)
        configuration = programs.write_configuration(layout, chosen)
        say("Starting web server, worker and schedule …")
        supervisor = supervision.start(layout, configuration, environment)
        with stopping_everything(layout, supervisor):
            supervision.wait_until_ready(layout, address, supervisor)
            announce(layout, address, rows, time.monotonic() - started)
            supervision.watch(layout, supervisor)
    return 0


def main() -> int:
    os.umask(0o077)  # the database and the uploads are nobody else's on this machine
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _request_stop)
    try:
        return speak(run)
    except StopRequested:
        say("Stopped.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
