"""How long it takes to measure a campaign, and in what memory.

    python -m benchmarks.campaign_effects 100000      as many people, a tenth of them held out

Uses a database beside the one of DATABASE_URL (its name, "_effects_" and the size), or a file of SQLite, and keeps it.
"""

import sys

from benchmarks.database import kept_database
from benchmarks.jobs import measure

WORKERS = 2  # a campaign is measured by one at a time; the other takes over where it dies


def main() -> None:
    people = int(sys.argv[1])
    with kept_database(f"effects_{people}", fresh=False) as vendor:
        from core.models import JobRun
        from marketing.models import Recipient
        from tests.faults import campaigns

        if Recipient.objects.count() != people:
            campaigns.make(1, people)
        run = JobRun.objects.get(pk=campaigns.start())
        measure(vendor, run, people, WORKERS)
        reached = Recipient.objects.exclude(converted_at=None).count()
        print(f"{reached:,} of {people:,} reached the goal", flush=True)


if __name__ == "__main__":
    main()
