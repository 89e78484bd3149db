"""What the sellers did and mean to do: calls, meetings, notes, tasks, e-mails."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from crm.choices import ActivityKind, Direction, LeadStatus, Priority, StageKind
from crm.models import Activity
from crm.services.sample import words
from crm.services.sample.cast import Enquiry, Firm, Sale, Setting
from crm.services.sample.chance import at_work, midnight, one, stream, workday
from crm.services.sample.customers import best_contact

KINDS = (
    ActivityKind.CALL,
    ActivityKind.EMAIL,
    ActivityKind.MEETING,
    ActivityKind.NOTE,
    ActivityKind.TASK,
)
LEAD_SHARES = (36, 36, 6, 14, 8)
DEAL_SHARES = (28, 30, 18, 16, 8)
CARE_SHARES = (40, 30, 12, 18, 0)
MINUTES = {ActivityKind.CALL: (5, 10, 15, 20), ActivityKind.MEETING: (30, 45, 60, 90)}
SUBJECTS: dict[str, Sequence[tuple[str, str]]] = {
    ActivityKind.CALL: words.CALLS,
    ActivityKind.MEETING: words.MEETINGS,
    ActivityKind.EMAIL: words.EMAILS,
    ActivityKind.TASK: words.TASKS,
}


def make_activities(
    enquiries: list[Enquiry], sales: list[Sale], firms: list[Firm], setting: Setting
) -> list[Any]:
    """In the order in which they happened; what is planned comes last."""
    chance = stream("activities")
    done: list[Any] = [
        *_for_leads(enquiries, setting, chance),
        *_for_deals(sales, setting, chance),
        *_for_customers(firms, setting, chance),
    ]
    done.sort(key=lambda activity: activity.at)
    planned = list(_planned(enquiries, sales, setting, chance))
    for number, activity in enumerate([*done, *planned], start=1):
        activity.external_id = f"sample-activity-{number}"
    return [*done, *planned]


def _for_leads(enquiries: list[Enquiry], setting: Setting, chance: Random) -> Iterator[Any]:
    """From the day after the capture until the lead is closed; nothing for new ones."""
    for item in enquiries:
        lead, person = item.record, item.person
        if person is None or lead.status == LeadStatus.NEW:
            continue
        last = lead.closed_at.date() if lead.closed_at else setting.today - timedelta(days=1)
        touches = (
            chance.randrange(1, 5)
            if lead.status == LeadStatus.UNQUALIFIED
            else chance.randrange(2, 6)
        )
        links = {"lead": lead, "contact": person.record, "company": person.firm.record}
        for day in _spread(item.captured_at.date(), last, touches, chance):
            yield from _happened(
                day, lead.closed_at, LEAD_SHARES, person.firm, links, lead.owner, setting, chance
            )


def _for_deals(sales: list[Sale], setting: Setting, chance: Random) -> Iterator[Any]:
    """About one a week while the deal lives; neglected ones were left a month ago."""
    for sale in sales:
        deal, firm = sale.record, sale.person.firm
        last = deal.closed_at.date() if deal.closed_at else setting.today - timedelta(days=1)
        if sale.is_neglected:
            last -= timedelta(days=chance.randrange(25, 50))
        weeks = max(2, (last - sale.created_at.date()).days // 10)
        links = {"deal": deal, "contact": sale.person.record, "company": firm.record}
        for day in _spread(sale.created_at.date(), last, min(14, weeks), chance):
            yield from _happened(
                day, deal.closed_at, DEAL_SHARES, firm, links, deal.owner, setting, chance
            )


def _for_customers(firms: list[Firm], setting: Setting, chance: Random) -> Iterator[Any]:
    """Customers hear from us every few weeks, as long as they are ones."""
    for firm in firms:
        if firm.won_on is None:
            continue
        day = firm.won_on + timedelta(days=20)
        person = best_contact(firm).record
        links = {"contact": person, "company": firm.record}
        while day < (firm.left_on or setting.today):
            yield from _happened(
                day, None, CARE_SHARES, firm, links, firm.record.owner, setting, chance
            )
            day += timedelta(days=chance.randrange(12, 40))


def _spread(first: date, last: date, count: int, chance: Random) -> list[date]:
    """Days from the one after the first up to the last, in order; the last is among them."""
    span = (last - first).days
    if span < 1:
        return []
    return sorted(first + timedelta(days=chance.randint(1, span)) for _one in range(count))


def _happened(
    day: date,
    closed: datetime | None,
    shares: Sequence[int],
    firm: Firm,
    links: dict[str, Any],
    owner: Any,
    setting: Setting,
    chance: Random,
) -> Iterator[Any]:
    """One activity of a working day, unless that would be after the end or today."""
    at = at_work(chance, day, firm.country.region)
    contact = links["contact"]
    if at >= midnight(setting.today) or (closed and at >= closed) or at < contact.created_at:
        return
    kind = chance.choices(KINDS, shares)[0]
    activity = _activity(kind, firm, links, owner, chance)
    activity.at = at
    activity.created_at = at
    activity.done_at = at + timedelta(minutes=activity.minutes or 0)
    if kind == ActivityKind.CALL:
        activity.outcome = one(chance, chance.choice(words.CALL_OUTCOMES), firm.is_chinese)
    yield activity


def _activity(
    kind: ActivityKind, firm: Firm, links: dict[str, Any], owner: Any, chance: Random
) -> Activity:
    lead = links.get("lead")
    interest = lead.interest if lead else one(chance, words.INTERESTS[0], firm.is_chinese)
    is_note = kind == ActivityKind.NOTE
    words_of_note = one(chance, chance.choice(words.NOTES), firm.is_chinese)
    minutes = MINUTES.get(kind)
    return Activity(
        kind=kind,
        subject=""
        if is_note
        else one(chance, chance.choice(SUBJECTS[kind]), firm.is_chinese).format(interest=interest),
        body=words_of_note.format(lines=chance.randrange(3, 12)) if is_note else "",
        minutes=chance.choice(minutes) if minutes else None,
        direction=_direction(kind, chance),
        priority=Priority.NORMAL,
        location=firm.record.city if kind == ActivityKind.MEETING and chance.random() < 0.4 else "",
        owner=owner,
        team=owner.team if owner else None,
        custom={},
        is_sample=True,
        **links,
    )


def _direction(kind: ActivityKind, chance: Random) -> str:
    if kind not in (ActivityKind.CALL, ActivityKind.EMAIL):
        return ""
    return Direction.IN if chance.random() < 0.25 else Direction.OUT


# -- what is planned -----------------------------------------------------------------------------


def _planned(
    enquiries: list[Enquiry], sales: list[Sale], setting: Setting, chance: Random
) -> Iterator[Any]:
    """A next step for most open deals and some leads: some overdue, some today, most ahead."""
    for sale in sales:
        if sale.record.status == StageKind.OPEN and not sale.is_neglected:
            links = {
                "deal": sale.record,
                "contact": sale.person.record,
                "company": sale.person.firm.record,
            }
            yield _next(
                sale.person.firm, links, sale.record.owner, sale.created_at, setting, chance
            )
    for item in enquiries:
        lead, person = item.record, item.person
        is_open = lead.status in (LeadStatus.WORKING, LeadStatus.QUALIFIED)
        if person is not None and is_open and chance.random() < 0.5:
            links = {"lead": lead, "contact": person.record, "company": person.firm.record}
            yield _next(person.firm, links, lead.owner, item.captured_at, setting, chance)


def _next(
    firm: Firm,
    links: dict[str, Any],
    owner: Any,
    begun: datetime,
    setting: Setting,
    chance: Random,
) -> Activity:
    kind = chance.choices(
        (ActivityKind.TASK, ActivityKind.CALL, ActivityKind.MEETING), (50, 30, 20)
    )[0]
    activity = _activity(kind, firm, links, owner, chance)
    activity.direction = Direction.OUT if kind == ActivityKind.CALL else ""
    # Meetings are not missed unnoticed; tasks and calls are.
    first = 0 if kind == ActivityKind.MEETING else -6
    day = workday(setting.today + timedelta(days=max(first, round(chance.gauss(3, 6)))))
    activity.at = at_work(chance, max(day, begun.date() + timedelta(days=1)), firm.country.region)
    # Nobody is reminded of what was due before the story ends.
    activity.reminded_at = activity.at if activity.at < midnight(setting.today) else None
    made = activity.at - timedelta(days=chance.randrange(3, 12))
    yesterday = midnight(setting.today) - timedelta(hours=9)
    activity.created_at = max(begun, min(made, yesterday))
    activity.priority = chance.choices(
        (Priority.HIGH, Priority.NORMAL, Priority.LOW), (15, 75, 10)
    )[0]
    return activity
