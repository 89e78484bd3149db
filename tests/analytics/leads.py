"""Leads with a known truth: how likely each is to convert, and what came of it."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.models import CustomField, User
from crm.choices import LeadStatus
from crm.models import Company, Lead
from tests.factories.core import NOW

SOURCES = {"Referral": 1.6, "Fair": 0.4, "Web": -0.6, "Cold list": -1.6}
PLANS = {"Basic": -0.5, "Team": 0.3, "Enterprise": 1.0}


@dataclass(frozen=True)
class Truth:
    """The chance and the outcome of each lead, by id."""

    chance: dict[int, float]
    outcome: dict[int, int]

    def of(self, ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
        return (
            np.array([self.chance[pk] for pk in ids]),
            np.array([self.outcome[pk] for pk in ids]),
        )


def make_leads(
    number: int, *, closed: bool, seed: int = 1, owner: User | None = None, signal: float = 1.0
) -> Truth:
    """Leads whose source, visits and plan tell the outcome, as far as `signal` says."""
    chance = np.random.default_rng(seed)
    for label, kind in (("Visits", "number"), ("Plan", "choice"), ("Desk", "choice")):
        CustomField.objects.get_or_create(
            object_type="crm.lead", key=label.lower(), defaults={"label": label, "type": kind}
        )
    sources = chance.choice(list(SOURCES), number)
    plans = chance.choice(list(PLANS), number)
    counts = chance.poisson(3, number)
    logits = -0.8 + signal * np.array(
        [
            SOURCES[s] + PLANS[p] + 0.4 * (n - 3)
            for s, p, n in zip(sources, plans, counts, strict=True)
        ]
    )
    chances = 1 / (1 + np.exp(-logits))
    outcomes = (chance.random(number) < chances).astype(int)
    company = Company.objects.get_or_create(name="Engines", name_key="engines")[0]
    leads = Lead.objects.bulk_create(
        Lead(
            owner=owner,
            team=owner.team if owner else None,
            status=_status(outcome, closed=closed),
            source=source,
            company=company,
            city=f"City {chance.integers(5)}",
            captured_at=NOW - timedelta(days=int(number - position)),
            custom={
                "visits": int(count),
                "plan": str(plan_name),
                "desk": f"Desk {chance.integers(4)}",
            },
        )
        for position, (source, plan_name, count, outcome) in enumerate(
            zip(sources, plans, counts, outcomes, strict=True)
        )
    )
    ids = [lead.pk for lead in leads]
    return Truth(
        dict(zip(ids, chances.tolist(), strict=True)),
        dict(zip(ids, outcomes.tolist(), strict=True)),
    )


def _status(outcome: int, *, closed: bool) -> LeadStatus:
    if not closed:
        return LeadStatus.NEW
    return LeadStatus.CONVERTED if outcome else LeadStatus.LOST
