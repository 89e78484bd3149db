"""A named lock that lasts until the transaction ends."""

import hashlib

from django.db import connection


def lock_for_transaction(name: str) -> None:
    """Wait for the lock. SQLite's writers take turns already (transactions begin IMMEDIATE)."""
    if connection.vendor == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
