"""Leads of two years, closed by what is true of them."""

import math
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from core.choices import Currency
from crm.choices import LeadStatus, LifecycleStage
from crm.models import Lead
from crm.services.sample.cast import Enquiry, Firm, Person, Setting
from crm.services.sample.chance import (
    any_time,
    at_work,
    days_of_history,
    midnight,
    one,
    poisson,
    sigmoid,
    stream,
    workday,
)
from crm.services.sample.words import (
    CHINESE_SOURCES,
    INTERESTS,
    LOST_REASONS,
    SOURCES,
    UNFIT_REASONS,
    Source,
)

LEADS = 2_500
ANONYMOUS = 60
SECOND_ENQUIRIES = 180
# The hidden truth that a lead score can find out.
BASE = -1.8
BY_SOURCE, BY_JOB, BY_TRADE, BY_SIZE, BY_VISITS, BY_DEMO = 1.0, 1.05, 0.9, 0.5, 0.32, 1.0
OFFICE_SOURCES = (
    "Trade fair",
    "展会",
    "Referral",
    "转介绍",
    "Cold outreach",
    "Partner",
    "合作伙伴",
)
VISITS, DEMO = "visits_before", "demo_requested"


def make_enquiries(people: list[Person], setting: Setting, keys: dict[str, str]) -> list[Enquiry]:
    """Leads in the order of their capture; a person's record begins before the first of them."""
    chance = stream("leads")
    days = days_of_history(chance, setting.today, LEADS)
    firsts = chance.sample(people, LEADS - ANONYMOUS - SECOND_ENQUIRIES)
    seconds = chance.sample(firsts, SECOND_ENQUIRIES)
    askers: list[Person | None] = [*firsts, *seconds, *[None] * ANONYMOUS]
    chance.shuffle(askers)
    _date_the_others(people, askers, setting.today)
    return [
        _enquiry(number, day, asker, setting, keys, chance)
        for number, (day, asker) in enumerate(zip(days, askers, strict=True), start=1)
    ]


def _date_the_others(people: list[Person], askers: list[Person | None], today: date) -> None:
    """People who never asked came by an import or the newsletter."""
    chance = stream("others")
    asked = {id(person) for person in askers}
    others = [person for person in people if id(person) not in asked]
    for person, day in zip(others, days_of_history(chance, today, len(others)), strict=True):
        known = min(day, today - timedelta(days=3))
        person.record.created_at = at_work(chance, known, person.firm.country.region)
        person.record.source = "Newsletter"


def _enquiry(
    number: int,
    day: date,
    person: Person | None,
    setting: Setting,
    keys: dict[str, str],
    chance: Random,
) -> Enquiry:
    firm = person.firm if person else None
    is_chinese = bool(firm and firm.is_chinese)
    sources = CHINESE_SOURCES if is_chinese else SOURCES
    source = chance.choices(sources, [one_source.share for one_source in sources])[0]
    captured = _capture(source, day, firm, setting.today, chance)
    visits = poisson(chance, math.exp(0.8 + 0.5 * (person.interest if person else -1)))
    wants_demo = chance.random() < sigmoid(-1.4 + 0.5 * (person.interest if person else -1))
    lead = Lead(
        status=LeadStatus.NEW,
        source=source.name,
        interest=one(chance, chance.choice(INTERESTS), is_chinese),
        captured_at=captured,
        created_at=captured,
        external_id=f"sample-lead-{number}",
        custom={keys[VISITS]: visits, keys[DEMO]: wants_demo},
        is_sample=True,
    )
    if person is not None and firm is not None:
        _tie(lead, person, source, captured, chance)
        if chance.random() < 0.35:
            _say_budget(lead, firm, chance)
    enquiry = Enquiry(lead, person, source, visits, captured)
    _settle(enquiry, wants_demo, setting, chance)
    _give_owner(enquiry, setting, chance)
    return enquiry


def _capture(source: Source, day: date, firm: Firm | None, today: date, chance: Random) -> datetime:
    """By people of ours at work, by forms at any time; always before today."""
    if source.name in OFFICE_SOURCES and workday(day) < today:
        return at_work(chance, day, firm.country.region if firm else "europe")
    return any_time(chance, day)


def _tie(lead: Any, person: Person, source: Source, captured: datetime, chance: Random) -> None:
    """To its person and company; who came by the web was seen there some days before."""
    contact: Any = person.record
    firm = person.firm
    lead.contact, lead.company = contact, firm.record
    lead.country, lead.city = firm.record.country, firm.record.city
    known = captured - timedelta(days=chance.randrange(1, 40), hours=chance.randrange(24))
    if not contact.created_at or contact.created_at > known:
        contact.created_at = known
        contact.source = source.name
    contact.lifecycle_stage = LifecycleStage.LEAD


def _say_budget(lead: Any, firm: Firm, chance: Random) -> None:
    lead.currency = Currency(firm.country.currency)
    lead.budget = round(20_000 * math.exp(chance.gauss(size_of(firm) * 0.4, 0.4)), -3)
    lead.needed_by = (lead.captured_at + timedelta(days=chance.randrange(60, 300))).date()


def size_of(firm: Firm) -> float:
    """How large a company is, as a standard normal number."""
    return (math.log(firm.record.employees or 1) - 5.6) / 1.25


def _chance_of(enquiry: Enquiry, wants_demo: bool) -> float:
    """The true chance of converting."""
    logit = BASE + BY_SOURCE * enquiry.source.weight + BY_VISITS * (enquiry.visits - 2.5)
    logit += BY_DEMO * (wants_demo - 0.2)
    if enquiry.person is None:
        return sigmoid(logit - 1.2)
    firm = enquiry.person.firm
    logit += BY_JOB * enquiry.person.job.weight + BY_TRADE * firm.trade.fit
    return sigmoid(logit + BY_SIZE * max(-2.0, min(2.0, size_of(firm))))


def _settle(enquiry: Enquiry, wants_demo: bool, setting: Setting, chance: Random) -> None:
    """Most leads close within weeks; the young ones are still open."""
    lead, truth = enquiry.record, _chance_of(enquiry, wants_demo)
    converts = chance.random() < truth
    days = 3 + int(chance.gammavariate(2.0, 13 if converts else 9))
    region = enquiry.person.firm.country.region if enquiry.person else "europe"
    closes = at_work(chance, enquiry.captured_at.date() + timedelta(days=days), region)
    is_chinese = bool(enquiry.person and enquiry.person.is_chinese)
    if closes >= midnight(setting.today):
        age = (setting.today - enquiry.captured_at.date()).days
        _leave_open(lead, age, converts, chance)
        return
    lead.closed_at = closes
    if converts:
        lead.status = LeadStatus.CONVERTED
    elif chance.random() < 0.25 + 0.5 * (truth < 0.1):
        lead.status = LeadStatus.UNQUALIFIED
        lead.lost_reason = one(chance, chance.choice(UNFIT_REASONS), is_chinese)
    else:
        lead.status = LeadStatus.LOST
        lead.lost_reason = one(chance, chance.choice(LOST_REASONS), is_chinese)


def _leave_open(lead: Any, age: int, converts: bool, chance: Random) -> None:
    if age > 4 and chance.random() < 0.55:
        is_far = converts and chance.random() < 0.5
        lead.status = LeadStatus.QUALIFIED if is_far else LeadStatus.WORKING


def _give_owner(enquiry: Enquiry, setting: Setting, chance: Random) -> None:
    """That of the company; some of the newest have none yet."""
    lead, person = enquiry.record, enquiry.person
    is_young = (setting.today - enquiry.captured_at.date()).days <= 2
    if person is None:
        lead.owner = setting.marketer
    elif not (is_young and chance.random() < 0.3):
        lead.owner = person.record.owner
    lead.team = lead.owner.team if lead.owner else None
