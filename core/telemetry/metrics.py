"""What Prometheus scrapes. Off, and not even imported, unless METRICS_TOKEN or METRICS_ALLOW is set.

What happens in a process (requests) is counted by every web process in a file of its own under
`var/run/metrics` and added up at the scrape; what is a fact of the installation (queue, runs,
workers, backup, database) is read from where it stands at the scrape, so that it does not matter
which process is asked.
"""

import fcntl
import os
import platform
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

import django
from django.conf import settings

from core.telemetry import facts

if TYPE_CHECKING:
    from prometheus_client.core import GaugeMetricFamily

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST_PROCESSES = 256
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_held: list[IO[str]] = []
_one_at_a_time = Lock()  # the threads of a server share one set


def is_on() -> bool:
    return bool(settings.METRICS_TOKEN or settings.METRICS_ALLOW)


def prepare(folder: Path) -> None:
    """Begin with empty files: called once, before the processes that count are started."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    if is_on():
        requests, durations = _counters()
        requests.labels(method, route, str(status)).inc()
        durations.labels(route).observe(seconds)


def _counters() -> tuple[Any, Any]:
    with _one_at_a_time:
        return _made()


@cache
def _made() -> tuple[Any, Any]:
    folder = Path(settings.METRICS_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # the package looks here for its files
    from prometheus_client import Counter, Histogram, values  # noqa: PLC0415  # only where wanted

    slot = _own_slot(folder)
    made: Any = values.MultiProcessValue  # untyped
    values.ValueClass = made(process_identifier=lambda: slot)
    requests = Counter(
        "renmai_http_requests", "Answered requests.", ["method", "route", "status"], registry=None
    )
    durations = Histogram(
        "renmai_http_request_seconds",
        "Time to answer a request.",
        ["route"],
        registry=None,
        buckets=BUCKETS,
    )
    return requests, durations


def _own_slot(folder: Path) -> int:
    """A number that no other living process has: whoever follows a process goes on in its files.

    Named by process they would grow in number with every worker that gunicorn replaces.
    """
    for slot in range(MOST_PROCESSES):
        file = (folder / f"{slot}.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            continue
        _held.append(file)  # until the process ends
        return slot
    return os.getpid()


def exposition() -> bytes:
    """The text that Prometheus reads."""
    _counters()
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415

    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(settings.METRICS_FOLDER))  # type: ignore[no-untyped-call]
    registry.register(_Facts())
    return generate_latest(registry)


class _Facts:
    """Gauges of the installation, read when they are asked for."""

    def describe(self) -> list[Any]:
        """None in advance: asking would read the database."""
        return []

    def collect(self) -> "Iterator[GaugeMetricFamily]":
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

        values = {
            "renmai_queue_depth": ("Messages waiting for a worker.", facts.queue_depth()),
            "renmai_workers_alive": ("Workers heard of lately.", facts.workers_alive()),
            "renmai_backup_age_seconds": ("Age of the newest backup.", facts.backup_age()),
            "renmai_database_bytes": ("Size of the database.", facts.database_bytes()),
        }
        for name, (what, value) in values.items():
            if value is not None:
                yield GaugeMetricFamily(name, what, value=value)
        runs = GaugeMetricFamily("renmai_job_runs", "Open and failed job runs.", labels=["state"])
        for state, number in facts.runs_by_state().items():
            runs.add_metric([state], number)
        yield runs
        ages = GaugeMetricFamily(
            "renmai_worker_seen_seconds", "Since a worker was heard of.", labels=["worker"]
        )
        for name, age in facts.worker_ages().items():
            ages.add_metric([name], age)
        yield ages
        info = GaugeMetricFamily(
            "renmai_info", "What runs here.", labels=["version", "django", "python"]
        )
        info.add_metric([settings.VERSION, django.get_version(), platform.python_version()], 1)
        yield info
