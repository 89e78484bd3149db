"""How fast pages of the lead list are in its own order: by score, leads without one last.

    python -m benchmarks.lead_order 200000

Uses DATABASE_URL, or SQLite. Half of the leads have a score. Prints medians of seven runs.
"""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from statistics import median
from typing import Any

from benchmarks.database import scratch_database

SIZE = 50
RUNS = 7
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def make_leads(count: int) -> None:
    from core.models import ModelVersion
    from crm.models import Company, Contact, Lead, LeadScore

    version = ModelVersion.objects.create(kind="benchmark", number=1, algorithm="none")
    companies = Company.objects.bulk_create(
        Company(name=f"Company {n}", name_key=f"company {n}") for n in range(count // 20)
    )
    contacts = Contact.objects.bulk_create(
        (Contact(name=f"Contact {n}", name_key=f"contact {n}") for n in range(count // 10)),
        batch_size=5_000,
    )
    leads = (
        Lead(
            source="web",
            company=companies[n % len(companies)],
            contact=contacts[n % len(contacts)],
        )
        for n in range(count)
    )
    while batch := list(islice(leads, 5_000)):
        stored = Lead.objects.bulk_create(batch)
        LeadScore.objects.bulk_create(
            LeadScore(
                lead=lead,
                version=version,
                as_of=MOMENT,
                score=lead.pk * 7919 % 101,
                grade="A",
                probability=lead.pk % 1000 / 1000,
                low=0,
                high=1,
            )
            for lead in stored
            if lead.pk % 2
        )


def place(row: Any) -> str:
    """The token of the page that begins after the row."""
    from core.lists.keyset import Position

    return Position(row.score.counted_score if hasattr(row, "score") else None, row.pk).token()


def skipping(rows: Any, offset: int) -> list[Any]:
    return list(rows[offset : offset + SIZE])


def milliseconds(work: Callable[[], Any]) -> float:
    def once() -> float:
        started = time.perf_counter()
        work()
        return (time.perf_counter() - started) * 1000

    once()
    return median(once() for _run in range(RUNS))


def measure(vendor: str, count: int) -> None:
    from django.db import connection, models

    from core.fields.ordering import Order
    from core.lists.keyset import fetch_page
    from crm.models import Lead

    make_leads(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    order = Order("score__counted_score", is_nullable=True)
    sorted_rows = Lead.objects.select_related("score").order_by(
        models.F("score__counted_score").desc(nulls_last=True), "-pk"
    )
    print(f"{vendor}: {count:,} leads, half of them with a score, pages of {SIZE}")
    print("| page | ms | OFFSET, ms |")
    print("| --- | ---: | ---: |")
    for page in (1, 1_000, count // 2 // SIZE, count // SIZE - 1):
        offset = (page - 1) * SIZE
        token = place(sorted_rows[offset - 1]) if offset else ""
        sought = milliseconds(
            partial(
                fetch_page,
                Lead.objects.for_list(),
                sort=order,
                descending=True,
                size=SIZE,
                token=token,
            )
        )
        whole_rows = sorted_rows.select_related("contact", "company", "owner")
        counted = milliseconds(partial(skipping, whole_rows, offset))
        print(f"| {page:,} | {sought:,.1f} | {counted:,.1f} |")


def main() -> None:
    with scratch_database() as vendor:
        measure(vendor, int((sys.argv[1:] or ["200000"])[0]))


if __name__ == "__main__":
    main()
