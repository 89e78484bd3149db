"""Whether the installation can serve: asked by load balancers and by the supervisor."""

from django.core.cache import cache
from django.db import Error, connection
from redis.exceptions import RedisError

from core.telemetry import facts

NEEDED = ("database", "broker", "migrations")


def readiness() -> dict[str, bool | int | None]:
    """Whether what requests need is there, and since when no worker was heard of, in seconds.

    Without a worker pages still open and work waits, so that does not make a web server unready.
    """
    database, broker = _database_answers(), _broker_answers()
    return {
        "database": database,
        "broker": broker,
        "migrations": database and facts.is_migrated(),
        "worker_seconds": _worker_seconds() if broker else None,
    }


def is_ready(checks: dict[str, bool | int | None]) -> bool:
    return all(checks[name] for name in NEEDED)


def _worker_seconds() -> int | None:
    try:
        ages = facts.worker_ages().values()
    except (RedisError, OSError):
        return None
    return round(min(ages)) if ages else None


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _broker_answers() -> bool:
    try:
        cache.get("readiness")
    except (RedisError, OSError):
        return False
    return True
