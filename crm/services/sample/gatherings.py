"""Groups and their members, events and who came."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from core.choices import Currency
from crm.choices import Attendance, EventKind
from crm.models import Event, Group, Membership, Participation
from crm.services.sample.cast import Person, Setting
from crm.services.sample.chance import OFFICE, midnight, sigmoid, stream, workday
from crm.services.sample.words import FAIRS, GROUPS, WEBINARS

MEMBERS = (25, 60)
WEBINAR_EVERY = 28  # days
WEBINAR_GUESTS = (45, 110)
COST = {"fair": 18_000, "conference": 6_000, "workshop": 1_500, "dinner": 2_800}


def make_groups(people: list[Person], setting: Setting) -> tuple[list[Group], list[Membership]]:
    chance = stream("groups")
    groups, members = [], []
    for name, kind in GROUPS:
        group = Group(
            name=name,
            kind=kind,
            owner=setting.marketer,
            team=setting.marketer.team,
            custom={},
            created_at=midnight(setting.today - timedelta(days=740)),
            is_sample=True,
        )
        groups.append(group)
        is_chinese = not name.isascii() and "’" not in name
        fitting = [person for person in people if person.is_chinese == is_chinese]
        for person in chance.sample(fitting, chance.randrange(*MEMBERS)):
            since = person.record.created_at.date()
            joined = since + timedelta(days=chance.randrange(max(1, (setting.today - since).days)))
            members.append(Membership(group=group, contact=person.record, joined_on=joined))
    return groups, members


def make_events(people: list[Person], setting: Setting) -> tuple[list[Event], list[Participation]]:
    """Fairs, workshops and dinners as listed, and a webinar in both languages every four weeks."""
    chance = stream("events")
    events: list[Event] = []
    parts: list[Participation] = []
    for event, is_chinese, guests in (*_listed(setting), *_webinars(setting, chance)):
        events.append(event)
        parts += _guests(event, is_chinese, guests, people, setting, chance)
    return events, parts


def _listed(setting: Setting) -> Iterator[tuple[Event, bool, int]]:
    for name, kind, place, weeks, guests, is_chinese in FAIRS:
        start = _at(workday(setting.today - timedelta(weeks=weeks)), is_chinese, 2)
        event = _event(name, kind, start, 8 if kind == "fair" else 4, setting)
        event.place = place
        event.cost, event.currency = Decimal(COST[kind]), Currency.EUR
        yield event, is_chinese, guests


def _webinars(setting: Setting, chance: Random) -> Iterator[tuple[Event, bool, int]]:
    days = range(700, -WEBINAR_EVERY - 1, -WEBINAR_EVERY)
    for number, back in enumerate(days):
        titles = WEBINARS[number % len(WEBINARS)]
        for is_chinese in (False, True):
            start = _at(workday(setting.today - timedelta(days=back - is_chinese)), is_chinese, 6)
            event = _event(f"{titles[is_chinese]} {start:%Y-%m}", "webinar", start, 1, setting)
            # Fewer came at the beginning.
            guests = chance.randrange(*WEBINAR_GUESTS) * (800 - back) // 800
            yield event, is_chinese, guests


def _at(day: date, is_chinese: bool, hours: int) -> datetime:
    return midnight(day) + timedelta(hours=OFFICE["china" if is_chinese else "europe"][0] + hours)


def _event(name: str, kind: str, start: datetime, hours: int, setting: Setting) -> Event:
    return Event(
        name=name,
        kind=EventKind(kind),
        starts_at=start,
        ends_at=start + timedelta(hours=hours),
        owner=setting.marketer,
        team=setting.marketer.team,
        custom={},
        created_at=min(start - timedelta(days=45), midnight(setting.today - timedelta(days=1))),
        is_sample=True,
    )


def _guests(
    event: Any,  # an Event, which has its times here
    is_chinese: bool,
    count: int,
    people: list[Person],
    setting: Setting,
    chance: Random,
) -> list[Participation]:
    """People who were known by then; the interested come rather than the others."""
    fitting = [
        person
        for person in people
        if person.is_chinese == is_chinese and person.record.created_at < event.starts_at
    ]
    came: list[Participation] = []
    for person in chance.sample(fitting, min(count, len(fitting))):
        if event.starts_at >= midnight(setting.today):
            attendance = chance.choice((Attendance.INVITED, Attendance.REGISTERED))
        elif chance.random() < sigmoid(0.2 + person.interest):
            attendance = Attendance.ATTENDED
        else:
            attendance = chance.choice((Attendance.MISSED, Attendance.DECLINED, Attendance.INVITED))
        came.append(Participation(event=event, contact=person.record, attendance=attendance))
    return came
