"""A named lock that lasts until the transaction ends."""

import hashlib
from collections.abc import Iterable

from django.db import connection


def lock_for_transaction(name: str) -> None:
    """Wait for the lock. SQLite's writers take turns already (transactions begin IMMEDIATE)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(name)])


def lock_all_for_transaction(names: Iterable[str]) -> None:
    """Wait for several, in one order for everybody, so that nobody waits for each other."""
    keys = sorted({_key(name) for name in names})
    if connection.vendor == "postgresql" and keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) WITH ORDINALITY AS k(key, place) ORDER BY place",
                [keys],
            )


def share_for_transaction(name: str) -> None:
    """Wait until nobody has the lock alone; others may share it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_key(name)])


def is_free_for_transaction(name: str) -> bool:
    """Take the lock unless somebody has it."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_key(name)])
        return bool(cursor.fetchone()[0])


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
