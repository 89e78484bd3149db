"""Who works at the sample company, and everything that belongs to it before it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any

from core.models import User
from crm.models import (
    Company,
    Competitor,
    Contact,
    Deal,
    DealLine,
    Event,
    Group,
    Membership,
    Product,
    Stage,
    StageChange,
)
from crm.services.interactions import NewInteraction
from crm.services.sample.places import Country
from crm.services.sample.words import Job, Source, Trade


@dataclass(frozen=True)
class Setting:
    """What the story is told in: the day, the staff, the stages, the worth of currencies."""

    today: date
    sellers: dict[str, list[User]]
    marketer: User
    stages: Sequence[Stage]
    won: Stage
    lost: Stage
    base_currency: str
    rates: dict[str, list[tuple[date, float]]]
    competitors: Sequence[Competitor] = ()

    def seller(self, region: str, chance: Random) -> User:
        return chance.choice(self.sellers[region])

    def rate_on(self, currency: str, day: date) -> float | None:
        """One unit in the base currency on a day."""
        if currency == self.base_currency:
            return 1.0
        known = [rate for since, rate in self.rates.get(currency, []) if since <= day]
        return known[-1] if known else None


@dataclass
class Firm:
    """A company and what is true of it that the records do not say."""

    record: Company
    country: Country
    trade: Trade
    people: list["Person"] = field(default_factory=list)
    won_on: date | None = None
    left_on: date | None = None

    @property
    def is_chinese(self) -> bool:
        return self.country.speech == "zh"


@dataclass
class Person:
    """A contact; `interest` is how much they care, a standard normal number."""

    record: Contact
    firm: Firm
    job: Job
    interest: float

    @property
    def is_chinese(self) -> bool:
        return self.firm.is_chinese


@dataclass
class Enquiry:
    """A lead with its person, if it has one."""

    record: Any  # a Lead; here it always has its times
    person: Person | None
    source: Source
    visits: int
    captured_at: datetime


@dataclass
class Sale:
    """A deal with its steps and lines."""

    record: Deal
    person: Person
    created_at: datetime
    changes: list[StageChange]
    lines: list[DealLine]
    is_neglected: bool


@dataclass
class SampleCompany:
    """All of it, in the order in which it is stored."""

    products: list[Product]
    firms: list[Firm]
    people: list[Person]
    enquiries: list[Enquiry]
    sales: list[Sale]
    activities: list[Any]  # Activity
    groups: list[Group]
    memberships: list[Membership]
    events: list[Event]
    participations: list[Any]  # Participation
    interactions: list[tuple[Contact, NewInteraction]]
