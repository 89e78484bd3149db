"""Which processes an installation started, remembered on disk so that none is ever orphaned.

Each supervised program leads a process group. Its record under `var/run` names the group and when the
leader started, so that a number the system has given to somebody else is never mistaken for ours.
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

SUFFIX = ".process"
GRACE_SECONDS = 10.0


class Process(NamedTuple):
    pid: int
    group: int
    boot: str
    started: str


def running(proc: Path = Path("/proc")) -> dict[int, Process]:
    """All living processes by number (zombies are not living)."""
    return _from_proc(proc) if (proc / "self" / "stat").exists() else _from_ps()


def _from_proc(proc: Path) -> dict[int, Process]:
    boot = (proc / "sys/kernel/random/boot_id").read_text().strip()
    found = {}
    for entry in proc.iterdir():
        if entry.name.isdecimal():
            try:
                # The name in parentheses may itself hold spaces and parentheses.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it ended meanwhile
                continue
            if fields[0] not in {"Z", "X"}:
                pid = int(entry.name)
                found[pid] = Process(pid, int(fields[2]), boot, fields[19])
    return found


def _from_ps() -> dict[int, Process]:
    command = ["ps", "-A", "-o", "pid=,pgid=,stat=,lstart="]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = (line.split(maxsplit=3) for line in listing.splitlines())
    return {
        int(pid): Process(int(pid), int(group), "ps", started)
        for pid, group, state, started in rows
        if not state.startswith("Z")
    }


def record(run: Path, name: str, pid: int) -> None:
    process = running()[pid]
    (run / f"{name}{SUFFIX}").write_text(f"{pid} {process.boot} {process.started}\n")


def recorded(run: Path) -> dict[str, Process]:
    """What the records say, whether or not it still runs."""
    found = {}
    for path in sorted(run.glob(f"*{SUFFIX}")):
        pid, boot, started = [*path.read_text().strip().split(" ", 2), "", ""][:3]
        if pid.isdecimal():
            found[path.stem] = Process(int(pid), int(pid), boot, started)
    return found


def members(leader: Process) -> list[int]:
    """The living processes of a recorded group, also where its leader has died."""
    table = running()
    now = table.get(leader.pid)
    if now is not None and now != leader._replace(group=now.group):
        return []  # the number belongs to somebody else by now
    return [p.pid for p in table.values() if p.group == leader.pid and p.boot == leader.boot]


def alive(run: Path) -> list[str]:
    """Names of recorded programs of which something still runs."""
    return [name for name, leader in recorded(run).items() if members(leader)]


def stop(leader: Process, *, grace: float = GRACE_SECONDS) -> None:
    """End a group: politely, then for certain."""
    _signal(leader, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while members(leader):
        if time.monotonic() > deadline:
            _signal(leader, signal.SIGKILL)
            deadline += grace
        time.sleep(0.05)


def _signal(leader: Process, number: signal.Signals) -> None:
    if members(leader):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader.pid, number)


def stop_leftovers(run: Path, *, grace: float = GRACE_SECONDS) -> list[str]:
    """End what an earlier start left behind; the names of what was still running."""
    left = recorded(run)
    # The supervisor first: it would start again what is stopped below it.
    order = sorted(left, key=lambda name: name != "supervisor")
    found = []
    for name in order:
        if members(left[name]):
            found.append(name)
            stop(left[name], grace=3 * grace if name == "supervisor" else grace)
        (run / f"{name}{SUFFIX}").unlink(missing_ok=True)
    return found
