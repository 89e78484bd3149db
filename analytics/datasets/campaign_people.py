"""People of past campaigns that kept a control group: what was known of each before, arm, outcome."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db.models import Count, F, Q

from analytics.datasets.customers import Customers, customers_in
from marketing.choices import Arm
from marketing.models import Campaign
from marketing.queries.drawn import measured

WIDTH = 2_000  # numbers of contacts that are read at once
MOST = 40_000  # people of a campaign, by chance
MOST_CAMPAIGNS = 10
LEAST = 50  # people of each part


@dataclass(frozen=True)
class CampaignPeople:
    """Cells by number of a row; who got the message, who reached the goal."""

    cells: pd.DataFrame
    treated: npt.NDArray[np.float64]
    outcomes: npt.NDArray[np.float64]
    campaigns: int


def campaigns_with_control(as_of: datetime) -> list[Campaign]:
    """The latest campaigns whose days are over and that held out enough people."""
    held_out = Count("recipients", filter=Q(recipients__arm=Arm.CONTROL))
    rows: Any = Campaign.objects.kept().filter(started_at__lt=as_of)
    rows = rows.annotate(held_out=held_out).filter(held_out__gte=LEAST).order_by("-started_at")
    rows = rows.select_related("effect")
    return [
        each
        for each in rows[: 2 * MOST_CAMPAIGNS]
        if each.started_at + timedelta(days=each.goal_days) <= as_of and not _is_broken(each)
    ][:MOST_CAMPAIGNS]


def _is_broken(campaign: Campaign) -> bool:
    """Whether its split is, as last measured: then its parts are not alike."""
    effect = getattr(campaign, "effect", None)
    return effect is not None and bool(effect.figures["split"]["is_broken"])


def cells_of(known: Customers) -> pd.DataFrame:
    """Numbers and words of contacts beside each other."""
    return pd.concat([known.numbers, known.words], axis=1)


def read_people(
    campaigns: Sequence[Campaign], channels: Sequence[str], seed: int
) -> Iterator[CampaignPeople]:
    """The people of each campaign as they were known when it began, some of them where there are many."""
    for place, campaign in enumerate(campaigns):
        rng = np.random.default_rng([seed, place])
        parts = list(_parts(campaign, channels, rng))
        if not parts:
            continue
        treated = np.concatenate([part.treated for part in parts])
        if min(treated.sum(), len(treated) - treated.sum()) < LEAST:
            continue  # erased meanwhile, or cancelled before many got it
        yield CampaignPeople(
            pd.concat([part.cells for part in parts]),
            treated,
            np.concatenate([part.outcomes for part in parts]),
            1,
        )


def _parts(
    campaign: Campaign, channels: Sequence[str], rng: np.random.Generator
) -> Iterator[CampaignPeople]:
    rows: Any = measured(campaign).order_by()
    blocks = rows.annotate(block=F("contact_id") / WIDTH).values_list("block", flat=True).distinct()
    found = 0
    for block in rng.permutation(np.sort(np.array(list(blocks), dtype=np.int64))).tolist():
        if found >= MOST:
            return
        lowest = block * WIDTH
        within = rows.filter(contact__gte=lowest, contact__lt=lowest + WIDTH)
        told = {
            contact: (arm != Arm.CONTROL, converted is not None)
            for contact, arm, converted in within.values_list("contact", "arm", "converted_at")
        }
        began = campaign.started_at or campaign.created_at
        cells = cells_of(customers_in(lowest, lowest + WIDTH - 1, began, channels))
        cells = cells[cells.index.isin(told)]
        arms = np.array([told[pk] for pk in cells.index.tolist()], dtype=np.float64).reshape(-1, 2)
        found += len(cells)
        yield CampaignPeople(cells, arms[:, 0], arms[:, 1], 1)


def together(parts: Sequence[CampaignPeople], seed: int) -> CampaignPeople:
    """All campaigns as one test: as large a share treated in each, so that their usual levels say nothing.

    Of a campaign with more treated people some are left out by chance.
    """
    share = min(float(part.treated.mean()) for part in parts)
    kept = []
    for place, part in enumerate(parts):
        held_out, treated = np.flatnonzero(part.treated == 0), np.flatnonzero(part.treated == 1)
        wanted = min(len(treated), round(len(held_out) * share / (1 - share)))
        rng = np.random.default_rng([seed, 1_000 + place])
        kept.append(np.sort(np.append(held_out, rng.choice(treated, wanted, replace=False))))
    cells = pd.concat([part.cells.iloc[rows] for part, rows in zip(parts, kept, strict=True)])
    return CampaignPeople(
        cells.set_axis(pd.RangeIndex(len(cells)), axis=0),
        np.concatenate([part.treated[rows] for part, rows in zip(parts, kept, strict=True)]),
        np.concatenate([part.outcomes[rows] for part, rows in zip(parts, kept, strict=True)]),
        len(parts),
    )
