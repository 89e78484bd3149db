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

from benchmarks.bulk_load import load
from benchmarks.database import scratch_database
from benchmarks.workers import carry_out

DAYS = 730
INTERACTIONS = 10
SOURCES = ("Web", "Fair", "Referral", "Cold list")


def write_customers(number: int, now: datetime) -> int:
    """Contacts with what they did; returns the number of interactions."""
    from crm.models import Contact, Interaction

    chance = random.Random(3)
    load(Contact, (_contact(place, chance) for place in range(number)))
    contacts = Contact.objects.order_by("pk").values_list("pk", flat=True)
    return load(Interaction, (row for pk in list(contacts) for row in _did(pk, now, chance)))


def _contact(place: int, chance: random.Random) -> dict[str, Any]:
    name = f"Person {place}"
    return {"name": name, "name_key": name.lower(), "source": chance.choice(SOURCES)}


def _did(contact: int, now: datetime, chance: random.Random) -> Iterator[dict[str, Any]]:
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
        at += timedelta(days=min(chance.expovariate(max(rate, 1e-6)), 2 * DAYS))
    first = done[0][1]
    for _visit in range(INTERACTIONS - len(done)):
        moment = first + timedelta(days=chance.uniform(0, (now - first).total_seconds() / 86_400))
        done.append(("visit", moment, None))
    for number, (kind, moment, amount) in enumerate(done):
        slot = (contact * INTERACTIONS + number) % (1 << 20)
        yield {
            "id": first_id(moment) + slot,
            "contact": contact,
            "kind": kind,
            "at": moment,
            "key": f"{contact}:{number}",
            "amount": amount,
            "currency": "EUR" if amount is not None else "",
        }


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
