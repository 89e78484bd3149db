"""How long segments of customers take, and in what memory: contacts with ten interactions each.

    python -m benchmarks.customer_segments CONTACTS [WORKERS]
    python -m benchmarks.customer_segments 100000 2

One run learns and assigns everybody, one only assigns, and 500 changed contacts are looked at anew.
"""

import random
import sys
import time
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.workers import carry_out

BATCH = 5_000
EACH = 10
KINDS = ("regular", "former", "looker", "sleeper")


def write_contacts(number: int, now: datetime) -> None:
    from crm.models import Company, Contact, Interaction

    chance, slots = random.Random(4), count(1)
    industries = ("Energy", "Food", "Machines", "Chemistry")
    companies = Company.objects.bulk_create(
        _named(Company(name=f"Firm {n}", industry=industries[n % 4], employees=10 + n, custom={}))
        for n in range(500)
    )
    for start in range(0, number, BATCH):
        contacts = Contact.objects.bulk_create(
            _named(Contact(name=f"P {n}", company=companies[n % 500], country="DE", custom={}))
            for n in range(start, min(start + BATCH, number))
        )
        rows = [row for c in contacts for row in _did(c, now, chance, slots)]
        Interaction.objects.bulk_create(rows, batch_size=BATCH)
    Contact.objects.update(created_at=now - timedelta(days=900))


def _named(row: Any) -> Any:
    row.normalise()
    return row


def _did(contact: Any, now: datetime, chance: random.Random, slots: Any) -> list[Any]:
    """Ten interactions of a kind of customer."""
    from core.time_ids import SLOTS, first_id
    from crm.models import Interaction

    kind, channel, days, worth = {
        "regular": ("purchase", "shop", (1, 300), 900),
        "former": ("purchase", "shop", (500, 700), 200),
        "looker": ("visit", "web", (1, 85), 0),
        "sleeper": ("open", "email", (300, 700), 0),
    }[KINDS[contact.pk % 4]]
    found = []
    for _each in range(EACH):
        at = now - timedelta(days=chance.uniform(*days))
        slot = next(slots)
        amount = round(worth * chance.uniform(0.5, 1.5), 2) if worth else None
        found.append(
            Interaction(
                id=first_id(at) + slot % SLOTS,
                contact=contact,
                kind=kind,
                at=at,
                key=str(slot),
                channel=channel,
                amount=amount,
            )
        )
    return found


def main() -> None:
    contacts, *more = [int(argument) for argument in sys.argv[1:]]
    workers = more[0] if more else 1
    with scratch_database() as vendor:
        from django.utils import timezone

        from analytics.queries.customer_segments import KIND
        from core.jobs.questions import ask

        now = timezone.now()
        started = time.perf_counter()
        write_contacts(contacts, now)
        print(
            f"{vendor}: {contacts:,} contacts in {time.perf_counter() - started:.0f} s", flush=True
        )
        for minutes, (words, scope) in enumerate(
            (("learned and assigned", {}), ("assigned", {"trains": False}))
        ):
            started = time.perf_counter()
            run = ask(kind=KIND, as_of=now + timedelta(minutes=minutes), scope=scope)
            peak = carry_out(run, workers)
            seconds = time.perf_counter() - started
            print(
                f"{words}: {run.result.get('assigned', 0):,} contacts in {seconds:.1f} s by {workers} "
                f"worker(s); peak memory {peak:,.0f} MB",
                flush=True,
            )
        _changed(now + timedelta(hours=1))


def _changed(at: datetime) -> None:
    from analytics.jobs.customer_reassigning import reassign_changed
    from analytics.services.stale_segments import note_stale_segments
    from crm.models import Contact

    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True)[:500])
    started = time.perf_counter()
    note_stale_segments("crm.contact", ids)
    reassign_changed(at=at)
    print(f"500 changed contacts in {time.perf_counter() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main()
