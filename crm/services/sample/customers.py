"""Companies and the people in them."""

import math
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from core.choices import Currency
from crm.choices import CompanyKind, LifecycleStage
from crm.models import Company, Contact
from crm.services.sample import names
from crm.services.sample.cast import Firm, Person, Setting
from crm.services.sample.chance import midnight, stream
from crm.services.sample.places import COUNTRIES, Country, postal_code
from crm.services.sample.words import JOBS, TRADES, Trade

COMPANIES = 300
PEOPLE = 3_000
SUBSIDIARIES = 34
PARTNERS = 8
REVENUE_PER_HEAD = 180_000
# Letters that do not fall apart into a base letter and a mark.
LATIN = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "Ł": "L", "’": ""})


def pairs(text: str) -> list[tuple[str, str]]:
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


def ascii_of(text: str) -> str:
    """Letters and digits fit for an address.

    >>> ascii_of("Björn Åkesson")
    'bjorn-akesson'
    """
    plain = unicodedata.normalize("NFKD", text.translate(LATIN)).encode("ascii", "ignore").decode()
    return "-".join(plain.lower().replace("&", " ").split())


# -- companies -----------------------------------------------------------------------------------


def make_firms(setting: Setting) -> list[Firm]:
    """Two thirds in Europe and America, a third in China; some belong to others."""
    chance = stream("companies")
    countries = [country for country in COUNTRIES for _one in range(country.share)]
    chance.shuffle(countries)
    taken: set[str] = set()
    firms = [
        _firm(number, country, taken, setting, chance)
        for number, country in enumerate(countries[:COMPANIES], start=1)
    ]
    _join_groups(firms, chance)
    for firm in chance.sample(firms, PARTNERS):
        firm.record.kind = CompanyKind.PARTNER
    return firms


def _firm(number: int, country: Country, taken: set[str], setting: Setting, chance: Random) -> Firm:
    is_chinese = country.speech == "zh"
    shares = [trade.chinese_share if is_chinese else trade.share for trade in TRADES]
    trade = chance.choices(TRADES, shares)[0]
    city = chance.choice(country.cities)
    make = _chinese_name if is_chinese else _western_name
    offers = make(country, city.name, trade, chance)
    name, stem = next(pair for pair in offers if taken.isdisjoint(pair))
    taken |= {name, stem}
    employees = int(min(40_000, max(12, math.exp(chance.gauss(5.6, 1.25)))))
    seller = setting.seller(country.region, chance)
    record = Company(
        name=name,
        domain=f"{stem}.example.{country.ending}",
        website=f"https://{stem}.example.{country.ending}",
        email=f"info@{stem}.example.{country.ending}",
        phone=_phone(country, chance),
        industry=trade.chinese if is_chinese else trade.name,
        employees=employees,
        annual_revenue=round(employees * REVENUE_PER_HEAD * math.exp(chance.gauss(0, 0.4)), -4),
        currency=Currency(country.currency),
        street=chance.choice(country.streets).format(chance.randrange(1, 180)),
        city=city.name,
        state=city.state,
        postal_code=postal_code(city, chance),
        country=country.name,
        owner=seller,
        team=seller.team,
        custom={},
        external_id=f"sample-company-{number}",
        is_sample=True,
    )
    return Firm(record, country, trade)


def _western_name(
    country: Country, _city: str, trade: Trade, chance: Random
) -> Iterator[tuple[str, str]]:
    while True:
        stem = chance.choice(names.STEMS.split())
        word = chance.choice(names.TRADES[trade.name].split())
        form = names.LEGAL_FORMS[country.name]
        yield f"{stem} {word} {form}", ascii_of(f"{stem} {word}")


def _chinese_name(
    _country: Country, city: str, trade: Trade, chance: Random
) -> Iterator[tuple[str, str]]:
    brands = pairs(names.CHINESE_BRANDS)
    word = names.CHINESE_TRADES[trade.chinese]
    while True:
        brand, sound = chance.choice(brands)
        ending = chance.choice(("", "-tech", "-group", "-china"))
        stem = f"{ascii_of(sound)}-{ascii_of(trade.name.split()[0])}{ending}"
        yield f"{city}{brand}{word}有限公司", stem


def _phone(country: Country, chance: Random) -> str:
    """A number of those that belong to nobody, where there are some."""
    return country.phone.format(chance.randrange(100)) if country.phone else ""


def _join_groups(firms: list[Firm], chance: Random) -> None:
    """Smaller companies become parts of large ones: some at home, some abroad."""
    by_size = sorted(firms, key=lambda firm: -(firm.record.employees or 0))
    parents, small = by_size[: len(firms) // 8], by_size[len(firms) // 4 :]
    for child in chance.sample(small, SUBSIDIARIES):
        parent = chance.choice(parents)
        child.record.parent = parent.record


# -- people --------------------------------------------------------------------------------------


def make_people(firms: list[Firm], setting: Setting) -> list[Person]:
    """More people where a company is larger; everybody at least two."""
    chance = stream("people")
    weights = [math.sqrt(firm.record.employees or 1) for firm in firms]
    homes = firms * 2 + chance.choices(firms, weights, k=PEOPLE - 2 * len(firms))
    taken: set[str] = set()
    people = [_person(number, firm, taken, chance) for number, firm in enumerate(homes, start=1)]
    for firm in firms:
        _report_upwards(firm.people)
    return people


def _person(number: int, firm: Firm, taken: set[str], chance: Random) -> Person:
    job = chance.choices(JOBS, [job.share for job in JOBS])[0]
    name, given, family, local = _name(firm.country.speech, chance)
    domain = firm.record.domain
    email = f"{local}@{domain}"
    email = email if email not in taken else f"{local}.{number}@{domain}"
    taken.add(email)
    record = Contact(
        name=name,
        given_name=given,
        family_name=family,
        email=email,
        phone=_phone(firm.country, chance) if chance.random() < 0.7 else "",
        job_title=job.chinese if firm.is_chinese else job.title,
        department=job.chinese_department if firm.is_chinese else job.department,
        company=firm.record,
        language="zh-hans" if firm.is_chinese else "en",
        city=firm.record.city,
        country=firm.record.country,
        lifecycle_stage=LifecycleStage.SUBSCRIBER,
        owner=firm.record.owner,
        team=firm.record.team,
        custom={},
        external_id=f"sample-contact-{number}",
        is_sample=True,
    )
    person = Person(record, firm, job, chance.gauss(0, 1))
    firm.people.append(person)
    return person


def _name(speech: str, chance: Random) -> tuple[str, str, str, str]:
    """Whole name, first name, last name, and the part before the @."""
    if speech == "zh":
        family, family_sound = chance.choice(pairs(names.CHINESE_FAMILY))
        given, given_sound = chance.choice(pairs(names.CHINESE_GIVEN))
        local = f"{ascii_of(given_sound)}.{ascii_of(family_sound)}"
        return f"{family}{given}", given, family, local
    given = chance.choice(names.GIVEN[speech].split())
    family = chance.choice(names.FAMILY[speech].split())
    return f"{given} {family}", given, family, f"{ascii_of(given)}.{ascii_of(family)}"


def _report_upwards(people: list[Person]) -> None:
    """Engineers and buyers report to the first one above them in their department."""
    heads = {p.job.department: p for p in people if p.job.title.startswith(("Head", "Plant"))}
    for person in people:
        head = heads.get(person.job.department)
        if head is not None and head is not person:
            person.record.reports_to = head.record


def date_firms(firms: list[Firm], today: date) -> None:
    """A company is there before the first of its people."""
    for firm in firms:
        first = min(person.record.created_at for person in firm.people)
        firm.record.created_at = min(first, midnight(today - timedelta(days=1)))


def best_contact(firm: Firm) -> Person:
    """Who buys for a customer: whoever decides most of those known by the first purchase."""
    first = midnight(firm.won_on) if firm.won_on else None
    known = [person for person in firm.people if first is None or person.record.created_at < first]
    return max(known, key=lambda person: (person.job.weight, person.interest))
