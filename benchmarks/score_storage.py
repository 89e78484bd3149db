"""How fast lead scores are stored, and in how much memory.

    python -m benchmarks.score_storage 100000 1000000

Uses DATABASE_URL, or SQLite. Each partition of 4,000 leads is one transaction, as in a job run.
"""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.database import scratch_database

if TYPE_CHECKING:
    from crm.services.lead_scores import ScoredLead

PARTITION = 4_000
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
REASONS = [
    {"field": f"crm.lead.custom.field_{n}", "value": "Working professional", "points": 12.5 - n}
    for n in range(6)
]


def own_mib() -> float:
    """Memory of this process's own, in MiB: without pages of files, as SQLite maps its own."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise LookupError("This system does not tell a process's anonymous memory.")


def make_leads(count: int) -> None:
    """Open leads without anything else."""
    from crm.models import Lead

    leads = (Lead(source="web") for _number in range(count))
    while batch := list(islice(leads, 5_000)):
        Lead.objects.bulk_create(batch)


def scored(ids: Iterator[int], version: int, as_of: datetime) -> "Iterator[ScoredLead]":
    """A score with six reasons for each lead."""
    from crm.services.lead_scores import ScoredLead

    for pk in ids:
        yield ScoredLead(
            lead=pk,
            version=version,
            run=None,
            as_of=as_of,
            score=pk % 101,
            grade="ABCD"[pk % 4],
            probability=(pk % 1000) / 1000,
            low=0.0,
            high=1.0,
            reasons=REASONS,
            rest_points=0.5,
            average_score=50.0,
        )


def store_all(version: int, as_of: datetime) -> tuple[int, list[float]]:
    """Store all scores; returns rows written and the memory after each tenth."""
    from django.db import transaction

    from crm.models import Lead
    from crm.services.lead_scores import store_lead_scores

    last = Lead.objects.order_by("-pk").values_list("pk", flat=True)[0]
    first = Lead.objects.order_by("pk").values_list("pk", flat=True)[0]
    written = 0
    memory: list[float] = []
    starts = range(first, last + 1, PARTITION)
    for number, start in enumerate(starts, start=1):
        ids = iter(range(start, min(start + PARTITION, last + 1)))
        with transaction.atomic():
            written += store_lead_scores(scored(ids, version, as_of))
        if number * 10 // len(starts) > len(memory):
            memory.append(own_mib())
    return written, memory


def measure(count: int) -> None:
    from core.models import ModelVersion
    from crm.models import Lead

    Lead.objects.all().delete()
    ModelVersion.objects.all().delete()
    make_leads(count)
    version = ModelVersion.objects.create(kind="benchmark", number=1, algorithm="none")
    for what, as_of in (("insert", MOMENT), ("overwrite", MOMENT + timedelta(days=1))):
        before = own_mib()
        started = time.perf_counter()
        written, memory = store_all(version.pk, as_of)
        seconds = time.perf_counter() - started
        print(
            f"| {what} | {written:,} | {seconds:.1f} | {written / seconds:,.0f} | {before:.0f} "
            f"| {memory[0]:.0f} | {max(memory):.0f} | {memory[-1]:.0f} |"
        )


def main() -> None:
    with scratch_database() as vendor:
        print(f"{vendor}: storing lead scores in partitions of {PARTITION:,}")
        print("| pass | rows | s | rows/s | MiB before | after a tenth | highest | at the end |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for count in map(int, sys.argv[1:] or ["100000"]):
            measure(count)


if __name__ == "__main__":
    main()
