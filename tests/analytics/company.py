"""A company whose leads are known through and through: when each converts follows from what it does."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from crm.choices import InteractionKind, LeadStatus
from crm.models import Contact, Lead
from crm.services.interactions import NewInteraction, record_interactions

START = datetime(2025, 1, 1, tzinfo=UTC)
MONTH = 30
SOURCES = {"Referral": 0.9, "Fair": 0.2, "Web": -0.3, "Cold list": -1.0}
USUAL_MIX = (0.2, 0.2, 0.4, 0.2)
NEVER = 10_000
BASE, LOSS = 0.006, 0.008  # a day
WARM_DAYS, WARMTH = 14, 0.35


@dataclass
class Prospect:
    """A lead to be: everything that will happen to it, in days since the start."""

    captured: int
    source: str
    industry: str
    visits: list[int]
    converts: int
    lost: int
    lead: Lead = field(init=False)

    @property
    def closes(self) -> int:
        return min(self.converts, self.lost)


def prospects_of(
    month: int, number: int, chance: np.random.Generator, mix=USUAL_MIX
) -> list[Prospect]:
    """The leads captured in a month, with all their future."""
    return [
        _prospect(MONTH * month + int(chance.integers(MONTH)), chance, mix) for _ in range(number)
    ]


def _prospect(captured: int, chance: np.random.Generator, mix) -> Prospect:
    source = str(chance.choice(list(SOURCES), p=mix))
    industry = str(chance.choice(["Machines", "Food", "Chemistry"]))
    interest = chance.normal(0, 0.7)
    visits, day, converts, lost = [], captured, NEVER, NEVER
    while converts == lost == NEVER and day < captured + 400:
        if chance.random() < 0.06 * np.exp(interest):
            visits.append(day)
        warm = sum(1 for visit in visits if day - visit < WARM_DAYS)
        daily = BASE * np.exp(SOURCES[source] + WARMTH * warm + 0.3 * (industry == "Machines"))
        if chance.random() < min(daily, 0.9):
            converts = day
        elif chance.random() < LOSS:
            lost = day
        day += 1
    return Prospect(captured, source, industry, visits, converts, lost)


class Company:
    """Lives month by month: nothing is in the database before it has happened."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.prospects: list[Prospect] = []
        self.month = 0

    @property
    def now(self) -> datetime:
        return moment(MONTH * self.month)

    def live(self, number: int, mix=USUAL_MIX) -> None:
        """One month: new leads come, people visit, leads convert or are lost."""
        new = prospects_of(self.month, number, self.chance, mix)
        self._capture(new)
        self.prospects += new
        first, last = MONTH * self.month, MONTH * (self.month + 1)
        record_interactions(
            NewInteraction(
                p.lead.contact_id, InteractionKind.VISIT, moment(day), f"{p.lead.pk}-{day}"
            )
            for p in self.prospects
            for day in p.visits
            if first <= day < last and day <= p.closes
        )
        closed = [p for p in self.prospects if first <= p.closes < last]
        for prospect in closed:
            is_won = prospect.converts < prospect.lost
            prospect.lead.status = LeadStatus.CONVERTED if is_won else LeadStatus.LOST
            prospect.lead.closed_at = moment(prospect.closes, hour=18)
        Lead.objects.bulk_update([p.lead for p in closed], ["status", "closed_at"])
        self.month += 1

    def _capture(self, new: list[Prospect]) -> None:
        people = Contact.objects.bulk_create(Contact(name="Somebody") for _ in new)
        for prospect, contact in zip(new, people, strict=True):
            prospect.lead = Lead(
                contact=contact,
                source=prospect.source,
                city=prospect.industry,
                captured_at=moment(prospect.captured),
            )
        Lead.objects.bulk_create([prospect.lead for prospect in new])

    def outcomes(self, as_of_day: int, horizon: int) -> dict[int, int]:
        """By lead: whether it converts within the horizon after the day."""
        return {
            p.lead.pk: int(p.converts < p.lost and as_of_day <= p.converts < as_of_day + horizon)
            for p in self.prospects
        }


def moment(day: int, hour: int = 12) -> datetime:
    return START + timedelta(days=day, hours=hour)
