"""The whole sample company, told from its seed: the same day and staff give the same company."""

from datetime import date, timedelta
from random import Random
from typing import Any

from crm.choices import LeadStatus
from crm.services.sample.answering import date_answers
from crm.services.sample.cast import Enquiry, Firm, Person, SampleCompany, Setting
from crm.services.sample.chance import stream
from crm.services.sample.customers import date_firms, make_firms, make_people
from crm.services.sample.doing import make_activities
from crm.services.sample.enquiries import make_enquiries
from crm.services.sample.gatherings import make_events, make_groups
from crm.services.sample.reacting import make_interactions
from crm.services.sample.selling import make_products, make_sales

LINES, CONTRACT_END, SEGMENT = "production_lines", "contract_end", "segment"


def tell(setting: Setting, keys: dict[str, str]) -> SampleCompany:
    """`keys` gives the key of each custom field by the name it has here."""
    products = make_products(setting)
    firms = make_firms(setting)
    people = make_people(firms, setting)
    enquiries = make_enquiries(people, setting, keys)
    date_firms(firms, setting.today)
    sales = make_sales(enquiries, firms, products, setting)
    activities = make_activities(enquiries, sales, firms, setting)
    groups, members = make_groups(people, setting)
    events, parts = make_events(people, setting)
    interactions = make_interactions(people, enquiries, firms, parts, setting)
    _fill_custom_fields(firms, setting.today, keys)
    _say_stages(enquiries)
    _date_touches(activities, enquiries)
    date_answers(activities, enquiries, setting.today)
    return SampleCompany(
        products,
        firms,
        people,
        enquiries,
        sales,
        activities,
        groups,
        members,
        events,
        parts,
        interactions,
    )


def _fill_custom_fields(firms: list[Firm], today: date, keys: dict[str, str]) -> None:
    chance = stream("custom")
    for firm in firms:
        employees = firm.record.employees or 1
        values = {
            keys[LINES]: max(1, round(employees / 60 * chance.uniform(0.5, 1.5))),
            keys[SEGMENT]: "A" if employees > 1_000 else "B" if employees > 200 else "C",
        }
        if firm.won_on and not firm.left_on:
            values[keys[CONTRACT_END]] = _contract_end(firm.won_on, today, chance).isoformat()
        firm.record.custom = values


def _contract_end(since: date, today: date, chance: Random) -> date:
    """Service contracts run for a year and begin again."""
    end = since + timedelta(days=365 + chance.randrange(30))
    while end <= today:
        end += timedelta(days=365)
    return end


def _say_stages(enquiries: list[Enquiry]) -> None:
    """How far each person has come, by the latest lead."""
    stages = {
        LeadStatus.WORKING: "mql",
        LeadStatus.QUALIFIED: "sql",
        LeadStatus.CONVERTED: "opportunity",
    }
    for item in enquiries:
        if item.person is not None and item.person.record.lifecycle_stage != "customer":
            stage = stages.get(LeadStatus(item.record.status), "lead")
            item.person.record.lifecycle_stage = stage


def _date_touches(activities: list[Any], enquiries: list[Enquiry]) -> None:
    """The last thing that was done is the last touch of every record it hangs on."""
    for activity in activities:
        if activity.done_at is None:
            continue
        for record in (activity.contact, activity.company, activity.lead, activity.deal):
            if record is not None:
                record.touched_at = max(record.touched_at or activity.at, activity.at)
    for item in enquiries:
        lead = item.record
        if lead.closed_at is not None:
            lead.touched_at = max(lead.touched_at or lead.closed_at, lead.closed_at)


def tags_of(company: SampleCompany, names: list[str]) -> dict[str, list[tuple[Any, str]]]:
    """Which records carry which tags, by the kind of record."""
    chance = stream("tags")
    reference, key_account, newsletter, fair, webinar, *projects = names
    firms: list[tuple[Any, str]] = []
    for firm in company.firms:
        if (firm.record.employees or 0) > 2_500:
            firms.append((firm.record, key_account))
        if firm.won_on and chance.random() < 0.2:
            firms.append((firm.record, reference))
    people: list[tuple[Any, str]] = [
        (person.record, newsletter) for person in company.people if _reads_news(person)
    ]
    leads: list[tuple[Any, str]] = [
        (item.record, fair if item.source.channel == "fair" else webinar)
        for item in company.enquiries
        if item.source.channel in ("fair", "webinar")
    ]
    deals: list[tuple[Any, str]] = [
        (sale.record, chance.choice(projects)) for sale in company.sales if chance.random() < 0.5
    ]
    return {"company": firms, "contact": people, "lead": leads, "deal": deals}


def _reads_news(person: Person) -> bool:
    return person.interest > 0.4
