"""Seeded chance and the calendar of the sample company."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")

SEED = "helioptic"
HISTORY = 730  # days
SATURDAY = 5
# Office hours (UTC) of each region.
OFFICE = {"europe": (7, 16), "americas": (14, 22), "china": (1, 9)}


def stream(part: str) -> Random:
    """The chance of one part: other parts may grow without moving it."""
    return Random(f"{SEED}:{part}")  # noqa: S311  # no secret


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def poisson(chance: Random, mean: float) -> int:
    """Knuth's way; means are small here."""
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def workday(day: date) -> date:
    """The day, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= SATURDAY else 0)


def at_work(chance: Random, day: date, region: str) -> datetime:
    """A moment of the office hours of a working day on or after the day."""
    first, last = OFFICE[region]
    minutes = chance.randrange(first * 60, last * 60, 5)
    return midnight(workday(day)) + timedelta(minutes=minutes)


def any_time(chance: Random, day: date) -> datetime:
    """A moment of a day, mostly not at night."""
    hour = min(23.9, max(0.0, chance.gauss(12, 4)))
    return midnight(day) + timedelta(seconds=int(hour * 3600) + chance.randrange(300))


# Business over the year: quiet in August and at the turn of the year, strong in spring and autumn.
SEASON = (0.8, 0.95, 1.15, 1.2, 1.1, 1.0, 0.85, 0.65, 1.15, 1.25, 1.25, 0.65)
GROWTH = 0.9  # more at the end of the history than at its beginning


def days_of_history(chance: Random, today: date, count: int) -> list[date]:
    """Days before today, in order: more of them later, with season and quiet weekends."""
    days = [today - timedelta(days=back) for back in range(HISTORY, 0, -1)]
    weights = [
        (1 + GROWTH * place / HISTORY)
        * SEASON[day.month - 1]
        * (0.25 if day.weekday() >= SATURDAY else 1)
        for place, day in enumerate(days)
    ]
    return sorted(chance.choices(days, weights, k=count))


def one(chance: Random, pair: Sequence[str], is_chinese: bool) -> str:
    """The English or the Chinese of two."""
    return pair[1] if is_chinese else pair[0]
