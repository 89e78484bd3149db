"""How long the lead score takes to train, and how fast and in what memory workers score open leads.

    python -m benchmarks.lead_scoring CLOSED OPEN [WORKERS ...]
    python -m benchmarks.lead_scoring 9240 100000 1 2

Leads have dates, a person and three interactions each, so that the timeline is learned from.
"""

import random
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.workers import carry_out

SOURCES = (("Referral", 0.6), ("Fair", 0.35), ("Web", 0.25), ("Cold list", 0.1))
CITIES = ("Berlin", "Lyon", "Leeds", "Wien")
TITLES = ("Head of Purchasing", "Engineer", "Managing Director", "Analyst", "Buyer")
INTERACTIONS = 3
BATCH = 5_000


def write_leads(number: int, now: datetime, *, closed: bool) -> None:
    """Leads of the last two years whose source and interactions tell what becomes of them."""
    chance = random.Random(int(closed))
    for start in range(0, number, BATCH):
        _write_batch(min(BATCH, number - start), now, chance, closed)


def _write_batch(count: int, now: datetime, chance: random.Random, closed: bool) -> None:
    from crm.models import Contact, Lead
    from crm.services.interactions import record_interactions

    people = Contact.objects.bulk_create(
        Contact(name=f"Person {n}", job_title=chance.choice(TITLES)) for n in range(count)
    )
    leads = [_lead(person, now, chance, closed) for person in people]
    Lead.objects.bulk_create(leads)
    record_interactions(each for lead in leads for each in _visits(lead, chance))


def _lead(person: Any, now: datetime, chance: random.Random, closed: bool) -> Any:
    from crm.choices import LeadStatus
    from crm.models import Lead

    source, rate = chance.choice(SOURCES)
    captured = now - timedelta(days=chance.uniform(100, 700) if closed else chance.uniform(0, 90))
    status = LeadStatus.NEW
    if closed:
        status = LeadStatus.CONVERTED if chance.random() < rate else LeadStatus.LOST
    return Lead(
        contact=person,
        source=source,
        city=chance.choice(CITIES),
        captured_at=captured,
        closed_at=captured + timedelta(days=chance.uniform(1, 80)) if closed else None,
        status=status,
        custom={},
    )


def _visits(lead: Any, chance: random.Random) -> Iterator[Any]:
    from crm.choices import InteractionKind
    from crm.services.interactions import NewInteraction

    for visit in range(INTERACTIONS):
        at = lead.captured_at + timedelta(days=chance.uniform(0, 30))
        yield NewInteraction(lead.contact_id, InteractionKind.VISIT, at, f"{lead.pk}-{visit}")


def main() -> None:
    closed, opened, *counts = [int(argument) for argument in sys.argv[1:]]
    with scratch_database() as vendor:
        from django.utils import timezone

        from core.jobs.questions import ask
        from core.models import ModelVersion

        now = timezone.now()
        write_leads(closed, now, closed=True)
        started = time.perf_counter()
        run = ask(kind="analytics.lead_score", as_of=now)
        peak = carry_out(run, 1)
        version = ModelVersion.objects.get(runs=run)
        print(
            f"{vendor}: trained on {closed:,} closed leads in {time.perf_counter() - started:.1f} s"
            f" ({version.rows:,} moments, {version.algorithm},"
            f" ROC-AUC {version.metrics['roc_auc']:.3f}); peak memory {peak:,.0f} MB",
            flush=True,
        )
        write_leads(opened, now, closed=False)
        for number, workers in enumerate(counts or [1, 2], start=1):
            started = time.perf_counter()
            scope = {"trains": False}
            run = ask(kind="analytics.lead_score", scope=scope, as_of=now + timedelta(hours=number))
            peak = carry_out(run, workers)
            seconds = time.perf_counter() - started
            print(
                f"{vendor}: {run.rows_written:,} open leads scored by {workers} worker(s) in"
                f" {seconds:.1f} s = {run.rows_written / seconds:,.0f} leads/s;"
                f" peak memory {peak:,.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
