"""How long forecasts take, and in what memory: won deals of many owners, month by month.

    python -m benchmarks.forecasts OWNERS [WORKERS ...]
    python -m benchmarks.forecasts 500 2        # 1,000 monthly series of owners, and their totals

Owners win one to six deals a month for four years; bookings and won deals of each are a series. Days and
weeks are made too, as every night: of the 50 largest owners.
"""

import random
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.workers import carry_out

MONTHS = 48
BATCH = 20_000


def write_deals(owners: int, now: datetime) -> int:
    from core.models import Team, User
    from crm.models import Deal, Pipeline, Stage

    chance = random.Random(3)
    pipeline = Pipeline.objects.create(name="Bench")
    stage = Stage.objects.create(pipeline=pipeline, name="Won", kind="won", probability=100)
    teams = [Team.objects.create(name=f"Team {number}") for number in range(5)]
    people = User.objects.bulk_create(
        User(email=f"p{n}@example.com", name=f"P {n}", team=teams[n % 5]) for n in range(owners)
    )
    rows = [
        _deal(person, stage, now - timedelta(days=30.4 * month + chance.uniform(0, 30)), chance)
        for person in people
        for month in range(MONTHS)
        for _deal_of_month in range(chance.randrange(1, 5 + 2 * (month % 12 < 3)))
    ]
    Deal.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _deal(person: Any, stage: Any, at: datetime, chance: random.Random) -> Any:
    from crm.models import Deal

    amount = chance.randrange(500, 9_000)
    deal = Deal(
        name="Deal",
        owner=person,
        team=person.team,
        stage=stage,
        closed_at=at,
        currency="EUR",
        amount=amount,
        base_amount=amount,
        source=chance.choice(("Web", "Fair", "Referral")),
        custom={},
    )
    deal.normalise()
    return deal


def main() -> None:
    owners, *counts = [int(argument) for argument in sys.argv[1:]]
    with scratch_database() as vendor:
        from django.utils import timezone

        from analytics.models import ForecastSeries
        from core.jobs.questions import ask

        now = timezone.now()
        deals = write_deals(owners, now)
        for number, workers in enumerate(counts or [2]):
            started = time.perf_counter()
            run = ask(kind="analytics.forecasts", as_of=now + timedelta(minutes=number))
            peak = carry_out(run, workers)
            seconds = time.perf_counter() - started
            rows = ForecastSeries.objects.current()
            months = rows.filter(grain="month").count()
            print(
                f"{vendor}: {rows.count():,} series ({months:,} of months) of {deals:,} deals by"
                f" {workers} worker(s) in {seconds:.1f} s; peak memory {peak:,.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
