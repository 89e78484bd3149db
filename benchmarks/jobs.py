"""How long jobs of analytics take on a large company, and in what memory.

    python -m benchmarks.jobs 1000000 2 analytics.lifecycle analytics.customer_segments

Uses the kept database of `benchmarks.segments` (as many contacts, ten times as many interactions): run that first.
The seconds of the processors are of the workers alone: they hardly depend on what else the machine does.
"""

import sys
import time
from resource import RUSAGE_CHILDREN, getrusage
from typing import TYPE_CHECKING

from benchmarks.database import kept_database
from benchmarks.workers import carry_out

if TYPE_CHECKING:
    from core.models import JobRun


def main() -> None:
    contacts, workers = int(sys.argv[1]), int(sys.argv[2])
    with kept_database(f"segments_{contacts}", fresh=False) as vendor:
        from django.utils import timezone

        from core.jobs.questions import ask

        for kind in sys.argv[3:]:
            measure(vendor, ask(kind=kind, as_of=timezone.now()), contacts, workers)


def measure(vendor: str, run: "JobRun", contacts: int, workers: int) -> None:
    started, before = time.perf_counter(), getrusage(RUSAGE_CHILDREN)
    peak = carry_out(run, workers)
    seconds, after = time.perf_counter() - started, getrusage(RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{vendor}, {contacts:,} contacts, {workers} worker(s): {run.kind} {seconds:.0f} s, of the "
        f"processors {cpu:.0f} s; peak memory {peak:,.0f} MB; {run.rows_written or 0:,} rows written",
        flush=True,
    )


if __name__ == "__main__":
    main()
