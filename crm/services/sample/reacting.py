"""What the customers did: visits, opens, clicks, answers, downloads, webinars, purchases."""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from core.choices import Currency
from crm.choices import Attendance, InteractionKind
from crm.models import Contact
from crm.services.interactions import NewInteraction
from crm.services.sample.cast import Enquiry, Firm, Person, Setting
from crm.services.sample.chance import SEASON, any_time, at_work, midnight, poisson, sigmoid, stream
from crm.services.sample.customers import best_contact
from crm.services.sample.enquiries import size_of
from crm.services.sample.words import DOWNLOADS, NEWSLETTERS, PAGES, PRODUCTS

SITE = "https://helioptic.example.com"
ORIGIN = "sample"
LETTER_EVERY = 30  # days
WEB = ("web", "search", "linkedin", "wechat", "douyin", "email")
SPARE_PARTS = [product for product in PRODUCTS if product[5]]
Done = tuple[Contact, NewInteraction]


def make_interactions(
    people: list[Person],
    enquiries: list[Enquiry],
    firms: list[Firm],
    participations: list[Any],
    setting: Setting,
) -> list[Done]:
    """All in the order of time; nobody does anything before their record begins."""
    chance = stream("interactions")
    end = midnight(setting.today)
    done = [
        *_before_asking(enquiries, chance),
        *_letters(people, setting, chance),
        *_wandering(people, setting, chance),
        *_attendances(participations),
        *_purchases(firms, setting, chance),
    ]
    kept = [item for item in done if item[0].created_at <= item[1].at < end]
    kept.sort(key=lambda item: item[1].at)
    return [(contact, _numbered(what, n)) for n, (contact, what) in enumerate(kept, start=1)]


def _numbered(what: NewInteraction, number: int) -> NewInteraction:
    # A frozen dataclass' copy would ask for a random key first.
    object.__setattr__(what, "key", f"sample:{number}")
    return what


def _did(contact: Contact, kind: str, at: datetime, **more: object) -> Done:
    values = {"contact": 0, "kind": kind, "at": at, "key": "", "origin": ORIGIN, **more}
    return contact, NewInteraction(**values)  # type: ignore[arg-type]


def _visit(person: Person, at: datetime, channel: str, chance: Random) -> Done:
    path, title = chance.choice(PAGES)
    return _did(
        person.record, InteractionKind.VISIT, at, subject=title, url=SITE + path, channel=channel
    )


def _before_asking(enquiries: list[Enquiry], chance: Random) -> Iterator[Done]:
    """As many visits as the lead says, then the form."""
    for item in enquiries:
        if item.person is None:
            continue
        record = item.person.record
        span = (
            item.captured_at - max(record.created_at, item.captured_at - timedelta(days=30))
        ).total_seconds()
        channel = item.source.channel if item.source.channel in WEB else "web"
        for _visit_number in range(item.visits):
            at = item.captured_at - timedelta(seconds=chance.random() * span)
            yield _visit(item.person, at, channel, chance)
        if channel == item.source.channel and channel != "email":
            yield _did(
                record,
                InteractionKind.SUBMIT,
                item.captured_at,
                subject=item.record.interest,
                url=f"{SITE}/contact",
                channel=channel,
            )


def _letters(people: list[Person], setting: Setting, chance: Random) -> Iterator[Done]:
    """A newsletter a month; who is interested opens, clicks and sometimes answers or leaves."""
    for back in range(725, 0, -LETTER_EVERY):
        day = setting.today - timedelta(days=back)
        for person in people:
            if person.record.created_at.date() >= day:
                continue
            subject = NEWSLETTERS[person.is_chinese].format(month=f"{day:%Y-%m}")
            yield from _reads(person, subject, day, chance)


def _reads(person: Person, subject: str, day: date, chance: Random) -> Iterator[Done]:
    if chance.random() > sigmoid(-0.75 + 0.9 * person.interest):
        return
    opened = any_time(chance, day) + timedelta(hours=chance.expovariate(1 / 10))
    words = {"subject": subject, "channel": "email"}
    yield _did(person.record, InteractionKind.OPEN, opened, **words)
    if chance.random() < sigmoid(-1.7 + 0.6 * person.interest):
        clicked = opened + timedelta(seconds=chance.randrange(5, 400))
        yield _did(person.record, InteractionKind.CLICK, clicked, url=SITE + PAGES[0][0], **words)
        yield _visit(person, clicked + timedelta(seconds=2), "email", chance)
        if chance.random() < 0.3:
            got = clicked + timedelta(seconds=90)
            what = chance.choice(DOWNLOADS)
            yield _did(person.record, InteractionKind.DOWNLOAD, got, subject=what, channel="email")
    elif chance.random() < 0.02:
        yield _did(person.record, InteractionKind.REPLY, opened + timedelta(minutes=30), **words)


def _wandering(people: list[Person], setting: Setting, chance: Random) -> Iterator[Done]:
    """Visits that fade as months go by; interested people come back."""
    for person in people:
        day = person.record.created_at.date()
        mean = 0.4 * math.exp(0.6 * person.interest)
        while day < setting.today and mean > 0.02:
            for _number in range(poisson(chance, mean * SEASON[day.month - 1])):
                at = any_time(chance, day + timedelta(days=chance.randrange(30)))
                yield _visit(person, at, "web", chance)
            day += timedelta(days=30)
            mean *= 0.93


def _attendances(participations: list[Any]) -> Iterator[Done]:
    for part in participations:
        if part.attendance == Attendance.ATTENDED:
            event = part.event
            yield _did(
                part.contact,
                InteractionKind.ATTEND,
                event.starts_at,
                subject=event.name,
                channel=event.kind,
            )


def _purchases(firms: list[Firm], setting: Setting, chance: Random) -> Iterator[Done]:
    """Customers reorder at a pace of their own until they leave; amounts grow with the company."""
    for firm in firms:
        if firm.won_on is None:
            continue
        buyer = best_contact(firm)
        currency = firm.country.currency
        pace = max(7.0, 30 / chance.gammavariate(2.0, 0.6))
        usual = 900 * math.exp(0.5 * size_of(firm) + chance.gauss(0, 0.3))
        day = firm.won_on + timedelta(days=chance.randrange(10, 60))
        while day < (firm.left_on or setting.today):
            euros = usual * math.exp(chance.gauss(0, 0.35)) * SEASON[day.month - 1]
            at = at_work(chance, day, firm.country.region)
            yield _purchase(buyer.record, at, euros, currency, setting, chance)
            day += timedelta(days=1 + int(chance.expovariate(1 / pace)))


def _purchase(
    contact: Contact, at: datetime, euros: float, currency: str, setting: Setting, chance: Random
) -> Done:
    worth, other = setting.rate_on("EUR", at.date()), setting.rate_on(currency, at.date())
    amount = euros * worth / other if worth and other else euros
    return _did(
        contact,
        InteractionKind.PURCHASE,
        at,
        subject=chance.choice(SPARE_PARTS)[1],
        channel="shop",
        amount=Decimal(f"{amount:.2f}"),
        currency=Currency(currency),
    )
