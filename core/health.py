"""Whether the installation can serve: asked by load balancers and by the supervisor."""

from django.core.cache import cache
from django.db import Error, connection
from redis.exceptions import RedisError


def readiness() -> dict[str, bool]:
    """Whether each server that requests need answers."""
    return {"database": _database_answers(), "broker": _broker_answers()}


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
