"""How long the value ahead takes, and in what memory: customers who buy and leave.

    python -m benchmarks.lifetime CUSTOMERS [WORKERS ...]
    python -m benchmarks.lifetime 100000 1 2

Each has ten interactions, some of them purchases: at a rate of the customer's own until they leave, over two
years. The first run of each number of workers fits and says, a second one only says, as every night.
"""

import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.workers import carry_out

DAYS = 730
INTERACTIONS = 10
BATCH = 5_000
SOURCES = ("Web", "Fair", "Referral", "Cold list")


def write_customers(number: int, now: datetime) -> int:
    """Contacts with what they did; returns the number of interactions."""
    chance, written = random.Random(3), 0
    for start in range(0, number, BATCH):
        written += _write_batch(min(BATCH, number - start), now, chance)
        print(f"  {start + BATCH:,} customers", end="\r", file=sys.stderr)
    return written


def _write_batch(count: int, now: datetime, chance: random.Random) -> int:
    from core.upsert import insert_new
    from crm.models import Contact, Interaction

    people = Contact.objects.bulk_create(
        Contact(name=f"Person {n}", name_key=f"person {n}", source=chance.choice(SOURCES))
        for n in range(count)
    )
    rows = [row for person in people for row in _did(person.pk, now, chance)]
    fields = ["id", "contact", "kind", "at", "key", "amount", "currency"]
    return insert_new(Interaction, rows, fields=fields)


def _did(contact: int, now: datetime, chance: random.Random) -> Iterator[list[Any]]:
    """Purchases until somebody leaves, and visits up to ten interactions."""
    from core.time_ids import first_id

    at = now - timedelta(days=chance.uniform(1, DAYS))
    rate, leaves = chance.gammavariate(0.6, 1 / 60), chance.betavariate(0.8, 2.5)
    spends = 40 / chance.gammavariate(4, 1)
    done: list[tuple[str, datetime, Decimal | None]] = []
    here = True
    while here and at < now and len(done) < INTERACTIONS:
        done.append(("purchase", at, Decimal(f"{chance.gammavariate(6, spends):.2f}")))
        here = chance.random() > leaves
        at += timedelta(days=chance.expovariate(max(rate, 1e-6)))
    first = done[0][1]
    for _visit in range(INTERACTIONS - len(done)):
        moment = first + timedelta(days=chance.uniform(0, (now - first).total_seconds() / 86_400))
        done.append(("visit", moment, None))
    for number, (kind, moment, amount) in enumerate(done):
        slot = (contact * INTERACTIONS + number) % (1 << 20)
        yield [
            first_id(moment) + slot,
            contact,
            kind,
            moment,
            f"{contact}:{number}",
            amount,
            "EUR" if amount is not None else "",
        ]


def main() -> None:
    customers, *counts = [int(argument) for argument in sys.argv[1:]]
    with scratch_database() as vendor:
        from django.db import connection
        from django.utils import timezone

        from core.jobs.questions import ask
        from crm.models import ContactLifetime
        from crm.services.interactions import extend_partitions

        now = timezone.now()
        for years in (2, 1, 0):
            extend_partitions(at=now - timedelta(days=365 * years))
        started = time.perf_counter()
        interactions = write_customers(customers, now)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        seconds = time.perf_counter() - started
        print(f"{vendor}: {interactions:,} interactions written in {seconds:.0f} s", flush=True)
        for number, workers in enumerate(counts or [2]):
            for what, scope in (("fitted and said", {}), ("said", {"trains": False})):
                started = time.perf_counter()
                moment = now + timedelta(minutes=2 * number + len(scope))
                run = ask(kind="analytics.lifetime_value", as_of=moment, scope=scope)
                peak = carry_out(run, workers)
                seconds = time.perf_counter() - started
                print(
                    f"{vendor}: {ContactLifetime.objects.count():,} customers {what} by {workers}"
                    f" worker(s) in {seconds:.1f} s; peak memory {peak:,.0f} MB",
                    flush=True,
                )


if __name__ == "__main__":
    main()
