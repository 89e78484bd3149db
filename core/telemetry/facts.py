"""How the installation is: read at the moment somebody asks, from the servers that know."""

import time
from collections.abc import Mapping
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from core.choices import ACTIVE_STATES, RunState
from core.models import JobRun
from core.queue import QUEUES

WORKERS = "workers-seen"
NOTE_EVERY = 10  # seconds
ALIVE_FOR = 60
REMEMBERED_FOR = 3600
BROKER_ERRORS = (RedisError, OperationalError, OSError)

_noted: dict[str, float] = {}
_migrated: set[str] = set()


def note_worker(name: str) -> None:
    """A worker says that it lives. Two that write at once overwrite each other until the next time."""
    now = time.time()
    if now - _noted.get(name, 0) < NOTE_EVERY:
        return
    _noted[name] = now
    try:
        seen = {other: at for other, at in _workers().items() if now - at < REMEMBERED_FOR}
        cache.set(WORKERS, {**seen, name: now}, REMEMBERED_FOR)
    except BROKER_ERRORS:
        del _noted[name]


def worker_ages() -> dict[str, float]:
    """Seconds since each worker of the last hour was heard of."""
    now = time.time()
    return {name: max(now - at, 0) for name, at in _workers().items()}


def workers_alive() -> int:
    return sum(age < ALIVE_FOR for age in worker_ages().values())


def _workers() -> dict[str, float]:
    seen: dict[str, float] = cache.get(WORKERS) or {}
    return seen


def queue_depth() -> int | None:
    """Messages that wait for a worker; None where the broker does not say."""
    try:
        with current_app.connection_for_read() as broker:
            client = getattr(broker.default_channel, "client", None)
            return None if client is None else sum(int(client.llen(name)) for name in QUEUES)
    except BROKER_ERRORS:
        return None


def runs_by_state() -> Mapping[str, int]:
    """How many job runs are open or failed; what is done is not counted, there may be many."""
    states = [*ACTIVE_STATES, RunState.FAILED]
    counted = JobRun.objects.filter(state__in=states).values_list("state").annotate(Count("pk"))
    return {str(state): 0 for state in states} | {str(state): n for state, n in counted}


def database_bytes() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute(
                "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
            )
        return int(cursor.fetchone()[0])


def backup_age() -> float | None:
    """Seconds since the newest backup of `make backup` was written; None without one."""
    folder = Path(settings.VAR_DIR) / "backups"
    written = [path.stat().st_mtime for path in folder.glob("renmai-*.tar.gz")]
    return max(time.time() - max(written), 0) if written else None


def is_migrated() -> bool:
    """Whether the database fits the code; once true it stays true for the process."""
    if connection.alias not in _migrated:
        try:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return False
        except Error:
            return False
        _migrated.add(connection.alias)
    return True
