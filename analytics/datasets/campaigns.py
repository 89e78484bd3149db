"""What became of the people of a campaign, added up by the database."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, FloatField, Q, QuerySet, Sum
from django.db.models.functions import (
    Cast,
    ExtractHour,
    ExtractIsoWeekDay,
    TruncDay,
    TruncHour,
)

from core.company import company
from crm.models import Deal
from marketing.choices import Arm, RecipientState
from marketing.models import Campaign, PastPerson, Recipient, SegmentMember
from marketing.queries.drawn import drawn, measured
from marketing.queries.hits import links_of
from marketing.services.campaigns.goals import window_of
from marketing.services.sending.claims import NEVER

HOURS, DAYS = 48, 30  # of engagement that are told one by one
MOST_SEGMENTS = 6
MOST_LINKS = 5
LEAST_MEMBERS = 20


@dataclass(frozen=True)
class Tally:
    """How many people of a group did what, and what they brought, with sums of squares and products."""

    people: int = 0
    sent: int = 0
    bounced: int = 0
    opened: int = 0
    machine_opened: int = 0
    clicked: int = 0
    replied: int = 0
    converted: int = 0
    unsubscribed: int = 0
    complained: int = 0
    revenue: float = 0.0
    squares: float = 0.0
    buyers: int = 0  # who brought anything
    buyers_before: int = 0  # in the year before the campaign
    before: float = 0.0
    before_squares: float = 0.0
    products: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tally)))


@dataclass(frozen=True)
class Sales:
    """Deals of a group within the days that count."""

    opportunities: int = 0
    pipeline: float = 0.0
    won: int = 0
    booked: float = 0.0


@dataclass(frozen=True)
class Counted:
    """Everything that is counted of a campaign."""

    everybody: dict[str, int]  # people by arm, those who wait included
    waiting: int  # for the decision
    left_out: int  # after they were drawn, and with a message chosen: they got none
    arms: dict[str, Tally]  # treated and control
    variants: dict[int, Tally]
    tested: dict[int, int]  # people of the test by variant
    tests: dict[int, Tally]  # the same, with what they did: without those who got the winner later
    sales: dict[str, Sales]
    segments: list[tuple[int, dict[str, Tally]]]
    hours: dict[str, dict[int, int]]
    days: dict[str, dict[int, int]]
    send_times: list[list[int]]
    links: list[tuple[str, int]]  # the most followed, with how many people did


TREATED, CONTROL = "treated", "control"
COUNTED = {
    "people": Q(),
    "sent": Q(sent_at__isnull=False),
    "bounced": Q(bounced_at__isnull=False),
    "opened": Q(opened_at__isnull=False),
    "machine_opened": Q(machine_opened_at__isnull=False),
    "clicked": Q(clicked_at__isnull=False),
    "replied": Q(replied_at__isnull=False),
    "converted": Q(converted_at__isnull=False),
    "unsubscribed": Q(unsubscribed_at__isnull=False),
    "complained": Q(complained_at__isnull=False),
}
AMOUNTS = ("revenue", "squares", "buyers", "buyers_before", "before", "before_squares", "products")
REVENUE, BEFORE = Cast("revenue", FloatField()), Cast("revenue_before", FloatField())
SUMS: dict[str, Any] = {
    **{name: Count("pk", filter=asked) for name, asked in COUNTED.items()},
    "revenue": Sum(REVENUE),
    "squares": Sum(REVENUE * REVENUE),
    "buyers": Count("pk", filter=Q(revenue__isnull=False) & ~Q(revenue=0)),
    "buyers_before": Count("revenue_before"),
    "before": Sum(BEFORE),
    "before_squares": Sum(BEFORE * BEFORE),
    "products": Sum(REVENUE * BEFORE),
}
SUMS_PEOPLE = Count("pk")


def counted(campaign: Campaign) -> Counted:
    """All figures as they stand now."""
    arms: dict[str, Tally] = {TREATED: Tally(), CONTROL: Tally()}
    variants: dict[int, Tally] = defaultdict(Tally)
    compared: dict[int, Tally] = defaultdict(Tally)
    in_audience: Any = drawn(campaign).order_by()
    everybody = {TREATED: 0, CONTROL: 0}
    for row in in_audience.values("arm").annotate(n=SUMS_PEOPLE):
        everybody[_side(row["arm"])] += row["n"]
    tests = in_audience.filter(arm=Arm.TEST, variant__isnull=False)
    tested = Counter(dict(tests.values_list("variant").annotate(n=SUMS_PEOPLE)))
    for row in _tallied(measured(campaign), "arm", "variant"):
        tally = _tally(row)
        arms[_side(row["arm"])] += tally
        if row["variant"] is not None:
            variants[row["variant"]] += tally
            if row["arm"] == Arm.TEST:
                compared[row["variant"]] += tally
    for arm, variant, tally in _counted_only(campaign):
        everybody[_side(arm)] += tally.people
        arms[_side(arm)] += tally
        if variant is not None:
            variants[variant] += tally
            compared[variant] += tally
            tested[variant] += tally.people
    return Counted(
        everybody=everybody,
        waiting=in_audience.filter(
            arm=Arm.REST, state=RecipientState.WAITING, due_at=NEVER
        ).count(),
        left_out=in_audience.filter(state=RecipientState.SKIPPED, variant__isnull=False).count(),
        arms=arms,
        variants=dict(variants),
        tested=dict(tested),
        tests=dict(compared),
        sales={side: _sales(campaign, side) for side in (TREATED, CONTROL)},
        segments=_segments(campaign),
        hours={name: _since(campaign, name, TruncHour, 3_600, HOURS) for name in MOMENTS},
        days={name: _since(campaign, name, TruncDay, 86_400, DAYS) for name in MOMENTS},
        send_times=_send_times(campaign),
        links=[(each.url, each.people) for each in links_of(campaign)[:MOST_LINKS] if each.people],
    )


def _side(arm: str) -> str:
    return CONTROL if arm == Arm.CONTROL else TREATED


def _tallied(rows: QuerySet[Recipient], *by: str) -> Iterator[dict[str, Any]]:
    yield from rows.order_by().values(*by).annotate(**{f"n_{k}": v for k, v in SUMS.items()})


def _tally(row: dict[str, Any]) -> Tally:
    return Tally(**{name: row[f"n_{name}"] or 0 for name in SUMS})


PAST: dict[str, Any] = {
    "people": SUMS_PEOPLE,
    "sent": Count("pk", filter=~Q(arm=Arm.CONTROL)),
    "clicked": Count("pk", filter=Q(has_visited=True)),
    "replied": Count("pk", filter=Q(has_replied=True)),
    "converted": Count("pk", filter=Q(has_converted=True)),
    **{name: SUMS[name] for name in AMOUNTS},
}


def _counted_only(campaign: Campaign) -> Iterator[tuple[str, int | None, Tally]]:
    """Whom the file of a past campaign told of and who are no contacts, by part and variant."""
    if not campaign.has_told_outcomes:
        return
    rows: Any = PastPerson.objects.filter(campaign=campaign, recipient=None).order_by()
    for row in rows.values("arm", "variant").annotate(**{f"n_{k}": v for k, v in PAST.items()}):
        yield row["arm"], row["variant"], Tally(**{name: row[f"n_{name}"] or 0 for name in PAST})


def _sales(campaign: Campaign, side: str) -> Sales:
    window = window_of(campaign)
    if window is None or campaign.has_told_outcomes:
        return Sales()
    people: Any = measured(campaign)
    own = people.filter(arm=Arm.CONTROL) if side == CONTROL else people.exclude(arm=Arm.CONTROL)
    deals: Any = Deal.objects.kept().filter(contact__in=own.order_by().values("contact"))
    sums = {"n": Count("contact", distinct=True), "worth": Sum("base_amount")}
    new = deals.filter(created_at__gte=window[0], created_at__lt=window[1]).aggregate(**sums)
    won = deals.won().filter(closed_at__gte=window[0], closed_at__lt=window[1]).aggregate(**sums)
    return Sales(new["n"], float(new["worth"] or 0), won["n"], float(won["worth"] or 0))


def _segments(campaign: Campaign) -> list[tuple[int, dict[str, Tally]]]:
    """The largest segments of those whom the campaign meant; of all that there are, if it meant one or none."""
    members: Any = SegmentMember.objects.filter(
        contact__in=measured(campaign).order_by().values("contact")
    )
    meant = list(campaign.segments.values_list("pk", flat=True))
    if len(meant) > 1:
        members = members.filter(segment__in=meant)
    sizes = members.filter(segment__archived_at=None).values_list("segment").annotate(n=SUMS_PEOPLE)
    largest = sorted(((n, pk) for pk, n in sizes if n >= LEAST_MEMBERS), reverse=True)
    found = []
    for _size, segment in largest[:MOST_SEGMENTS]:
        inside = SegmentMember.objects.filter(segment=segment).order_by().values("contact")
        sides: dict[str, Tally] = {TREATED: Tally(), CONTROL: Tally()}
        for row in _tallied(measured(campaign).filter(contact__in=inside), "arm"):
            sides[_side(row["arm"])] += _tally(row)
        found.append((segment, sides))
    return found


MOMENTS = {"opens": "opened_at", "clicks": "clicked_at"}


def _since(campaign: Campaign, name: str, cut: Any, seconds: int, most: int) -> dict[int, int]:
    """How many did it first in each hour, or on each day, since the campaign began."""
    column, begun = MOMENTS[name], campaign.started_at
    if begun is None:
        return {}
    zone = ZoneInfo(company().time_zone)
    first = _whole(begun.astimezone(zone), seconds)
    window = {f"{column}__gte": begun, f"{column}__lt": begun + timedelta(seconds=seconds * most)}
    rows = measured(campaign).exclude(arm=Arm.CONTROL).filter(**window).order_by()
    slots = rows.annotate(slot=cut(column, tzinfo=zone)).values_list("slot").annotate(n=SUMS_PEOPLE)
    found: dict[int, int] = defaultdict(int)
    for slot, n in slots:
        found[round((slot - first).total_seconds() / seconds)] += n
    return dict(found)


def _whole(moment: datetime, seconds: int) -> datetime:
    cut = moment.replace(minute=0, second=0, microsecond=0)
    return cut if seconds == 3_600 else cut.replace(hour=0)


def _send_times(campaign: Campaign) -> list[list[int]]:
    """Weekday (1 is Monday), hour of sending, messages, clicks; by the clock of the company."""
    zone = ZoneInfo(company().time_zone)
    rows = Recipient.objects.filter(campaign=campaign, sent_at__isnull=False).order_by()
    if campaign.has_told_outcomes:  # a time that nobody told is that of the beginning
        rows = rows.exclude(sent_at=campaign.started_at)
    told = rows.annotate(
        day=ExtractIsoWeekDay("sent_at", tzinfo=zone), hour=ExtractHour("sent_at", tzinfo=zone)
    )
    counts = told.values_list("day", "hour").annotate(
        sent=SUMS_PEOPLE, clicked=Count("pk", filter=Q(clicked_at__isnull=False))
    )
    return sorted(list(row) for row in counts)
