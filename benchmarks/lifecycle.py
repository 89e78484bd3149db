"""How long the lifecycle takes, and in what memory: contacts with leads, deals, activities, interactions.

    python -m benchmarks.lifecycle CONTACTS [WORKERS]
    python -m benchmarks.lifecycle 100000 2     # 100,000 contacts, ten interactions each
    python -m benchmarks.lifecycle 1000000 2

The first run works out every way, the second one finds that nothing has changed; then ten contacts change.
"""

import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.workers import carry_out

BATCH = 5_000
DAYS = 900
INTERACTIONS = 10
KINDS = ("visit", "visit", "visit", "open", "click", "download", "submit", "attend", "view", "like")
ACTIONS = ("call", "email", "meeting")


def write_contacts(number: int, now: datetime) -> None:
    chance = random.Random(5)
    stage = _stage()
    for start in range(0, number, BATCH):
        _write_batch(min(BATCH, number - start), now, chance, stage)


def _stage() -> Any:
    from crm.models import Pipeline, Stage

    pipeline = Pipeline.objects.create(name="Bench")
    return Stage.objects.create(pipeline=pipeline, name="Won", kind="won", probability=100)


def _write_batch(count: int, now: datetime, chance: random.Random, stage: Any) -> None:
    """Half of the contacts have a lead, a fifth a deal, a third an activity."""
    from crm.models import Activity, Company, Contact, Deal, Interaction, Lead

    firms = Company.objects.bulk_create(
        Company(name=f"Firm {n}", custom={}) for n in range(count // 5)
    )
    born = [now - timedelta(days=chance.uniform(1, DAYS)) for _n in range(count)]
    people = Contact.objects.bulk_create(
        Contact(name=f"P {n}", created_at=at, company=chance.choice(firms), custom={})
        for n, at in enumerate(born)
    )
    both = list(zip(people, born, strict=True))
    Lead.objects.bulk_create(
        _lead(person, at, now, chance) for person, at in both if chance.random() < 0.5
    )
    Deal.objects.bulk_create(
        _deal(person, at, now, chance, stage) for person, at in both if chance.random() < 0.2
    )
    Activity.objects.bulk_create(
        _activity(person, at, now, chance) for person, at in both if chance.random() < 0.35
    )
    Interaction.objects.bulk_create(_interactions(both, now, chance), batch_size=BATCH)


def _between(at: datetime, now: datetime, chance: random.Random) -> datetime:
    return at + (now - at) * chance.random()


def _lead(person: Any, at: datetime, now: datetime, chance: random.Random) -> Any:
    from crm.models import Lead

    status = chance.choice(("new", "working", "qualified", "converted", "lost", "lost"))
    is_closed = status in ("converted", "lost")
    return Lead(
        contact=person,
        status=status,
        captured_at=at,
        created_at=at,
        closed_at=_between(at, now, chance) if is_closed else None,
        custom={},
    )


def _deal(person: Any, at: datetime, now: datetime, chance: random.Random, stage: Any) -> Any:
    from crm.models import Deal

    status, amount = chance.choice(("open", "won", "lost")), chance.randrange(500, 9_000)
    opened = _between(at, now, chance)
    deal = Deal(
        name="Deal",
        contact=person,
        company_id=person.company_id,
        pipeline_id=stage.pipeline_id,
        stage=stage,
        status=status,
        created_at=opened,
        closed_at=_between(opened, now, chance) if status != "open" else None,
        currency="EUR",
        amount=amount,
        base_amount=amount,
        custom={},
    )
    deal.normalise()
    return deal


def _activity(person: Any, at: datetime, now: datetime, chance: random.Random) -> Any:
    from crm.models import Activity

    done = _between(at, now, chance)
    return Activity(kind=chance.choice(ACTIONS), contact=person, at=done, done_at=done, custom={})


def _interactions(both: Any, now: datetime, chance: random.Random) -> Iterator[Any]:
    from core.time_ids import SLOTS, first_id
    from crm.models import Interaction

    for person, born in both:
        for number in range(INTERACTIONS):
            at = _between(born, now, chance)
            pk = first_id(at) + (person.pk * INTERACTIONS + number) % SLOTS
            key = f"{person.pk}-{number}"
            yield Interaction(id=pk, contact=person, kind=chance.choice(KINDS), at=at, key=key)


def _run(kind: str, as_of: datetime, workers: int) -> str:
    from core.jobs.questions import ask

    started = time.perf_counter()
    run = ask(kind=kind, as_of=as_of)
    peak = carry_out(run, workers)
    seconds = time.perf_counter() - started
    return f"{seconds:,.0f} s, peak memory {peak:,.0f} MB, {run.rows_written:,} written"


def main() -> None:
    number, workers = (int(each) for each in (*sys.argv[1:], "2")[:2])
    with scratch_database() as vendor:
        from django.utils import timezone

        from analytics.jobs.life_refresh import refresh_contacts
        from config.lifecycle import seed_life_stages
        from crm.models import Contact, LifeStay

        seed_life_stages()
        now = timezone.now()
        started = time.perf_counter()
        write_contacts(number, now)
        seconds = time.perf_counter() - started
        print(f"{vendor}: {number:,} contacts written in {seconds:,.0f} s", flush=True)
        for minute, name in enumerate(("first run", "second run")):
            at = now + timedelta(minutes=minute)
            print(f"{name}: {_run('analytics.lifecycle', at, workers)}", flush=True)
        print(f"scores: {_run('analytics.lifecycle_scores', now, workers)}", flush=True)
        print(f"{LifeStay.objects.count():,} stays", flush=True)
        took = []
        for pk in Contact.objects.order_by("?").values_list("pk", flat=True)[:20]:
            started = time.perf_counter()
            refresh_contacts([pk], at=timezone.now() + timedelta(minutes=5))
            took.append(1_000 * (time.perf_counter() - started))
        print(f"one contact worked out anew: median {median(took):.0f} ms", flush=True)


if __name__ == "__main__":
    main()
