"""Deals with a known truth: how likely each was to be won, and its way through the stages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from core.models import User
from crm.choices import StageKind
from crm.models import Deal, Pipeline, Stage, StageChange
from tests.factories.core import NOW

SOURCES = {"Referral": 1.5, "Fair": 0.3, "Web": -0.5, "Cold list": -1.5}
STAGES = ("First", "Second", "Third")


@dataclass(frozen=True)
class DealTruth:
    """The chance of each deal by number, once it is known how far it came.

    Won deals come through all stages, lost ones end in each of them alike often.
    """

    chance: dict[int, float]

    def of(self, ids: list[int]) -> np.ndarray:
        return np.array([self.chance[pk] for pk in ids])


def make_stages() -> list[Stage]:
    """Three open stages, won and lost."""
    pipeline = Pipeline.objects.create(name="Simulated", position=9)
    kinds = [*(StageKind.OPEN for _stage in STAGES), StageKind.WON, StageKind.LOST]
    return [
        Stage.objects.create(
            pipeline=pipeline, name=name, kind=kind, position=place, probability=20
        )
        for place, (name, kind) in enumerate(zip((*STAGES, "Yes", "No"), kinds, strict=True))
    ]


def make_deals(
    number: int,
    stages: list[Stage],
    *,
    seed: int = 1,
    signal: float = 1.0,
    owners: list[User] | None = None,
    until: datetime = NOW,
    spread: int = 700,
) -> DealTruth:
    """Deals of the last `spread` days; those whose end lies ahead of `until` are open."""
    chance = np.random.default_rng(seed)
    sources = chance.choice(list(SOURCES), number)
    chances = 1 / (1 + np.exp(-(signal * np.array([SOURCES[s] for s in sources]) - 0.3)))
    is_won = chance.random(number) < chances
    deals, ways = [], []
    for place in range(number):
        opened = until - timedelta(days=float(chance.uniform(1, spread)))
        stay = [timedelta(days=float(chance.gamma(3, 8))) for _stage in STAGES]
        ends_anywhere = signal and not is_won[place]  # else the way tells nothing either
        reached = int(chance.integers(1, len(STAGES) + 1)) if ends_anywhere else len(STAGES)
        way, at = [], opened
        for stage, days in zip(stages[:reached], stay, strict=False):
            way.append((stage, at))
            at += days
        way.append((stages[3] if is_won[place] else stages[4], at))
        way = [(stage, moment) for stage, moment in way if moment <= until]
        owner = owners[place % len(owners)] if owners else None
        deals.append(_deal(str(sources[place]), opened, way, owner, chance))
        ways.append(way)
    stored = Deal.objects.bulk_create(deals)
    for deal, way in zip(stored, ways, strict=True):
        StageChange.objects.bulk_create(
            StageChange(deal=deal, from_stage=before, to_stage=stage, at=at)
            for before, (stage, at) in zip([None, *(s for s, _at in way)], way, strict=False)
        )
    Deal.objects.bulk_update(_opened(stored, ways), ["created_at"])
    came = np.minimum([len(way) for way in ways], len(STAGES))
    lost = (1 - chances) * (len(STAGES) + 1 - came) / len(STAGES)
    known = chances / (chances + lost)
    return DealTruth({deal.pk: float(c) for deal, c in zip(stored, known, strict=True)})


def _deal(source: str, opened: datetime, way: list, owner: User | None, chance) -> Deal:
    stage, since = way[-1]
    amount = Decimal(int(chance.lognormal(9, 0.6)))
    deal = Deal(
        name=f"{source} {opened:%j}",
        source=source,
        stage=stage,
        amount=amount,
        base_amount=amount,
        currency="EUR",
        owner=owner,
        team=owner.team if owner else None,
        stage_entered_at=since,
        closed_at=None if stage.kind == StageKind.OPEN else since,
        close_on=(opened + timedelta(days=72)).date(),
        touched_at=since,
    )
    deal.normalise()
    return deal


def _opened(deals: list[Deal], ways: list) -> list[Deal]:
    for deal, way in zip(deals, ways, strict=True):
        deal.created_at = way[0][1]
    return deals
