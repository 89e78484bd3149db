"""Segments of the sample company, with sizes of the last weeks as its contacts came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from core.choices import Hue, Sharing
from core.company import company
from core.conditions import Condition, Criterion, Happened, all_of
from core.models import SampleData, User
from core.permissions import access_of
from core.upsert import insert_new
from crm.models import Contact
from marketing.choices import SegmentKind
from marketing.models import Segment, SegmentMember, SegmentSize
from marketing.queries.segment_rules import SEGMENTS, rule_of
from marketing.services.segments import save_segment

DAYS = 60
ON_THE_LIST = 24
MARKETER = "marketing@sample.renmai"
DECIDE = ["Head of Production", "Plant Manager", "Managing Director", "生产总监", "厂长", "总经理"]


@dataclass(frozen=True)
class Seed:
    """A dynamic segment, in English and in Chinese as all of the sample company."""

    name: str
    description: str
    hue: Hue
    conditions: tuple[Condition, ...]


SEEDS = (
    Seed(
        "Active in 30 days 近 30 天活跃",
        "Three clicks or visits and more within a month. 一个月内至少三次互动。",
        Hue.GREEN,
        (Happened("interaction", at_least=3, days=30),),
    ),
    Seed(
        "Production decides 生产决策者",
        "Whoever signs for machines in the plant. 在工厂里拍板设备采购的人。",
        Hue.BLUE,
        (Criterion("job_title", "is", DECIDE),),
    ),
    Seed(
        "Large plants 大型工厂",
        "Companies with a thousand people and more. 千人以上企业。",
        Hue.VIOLET,
        (Criterion("company.employees", "at_least", 1_000),),
    ),
    Seed(
        "Quiet customers 沉默客户",
        "Customers who did nothing for three months: worth a call. 三个月没有互动的客户，值得打个电话。",
        Hue.AMBER,
        (
            Criterion("lifecycle_stage", "is", ["customer"]),
            Happened("interaction", at_most=0, days=90),
        ),
    ),
)
LIST = "Fair dinner 展会晚宴"
BOTH = "Active and deciding 活跃决策者"


@transaction.atomic
def make_sample_segments(*, as_of: datetime) -> int:
    """Make them once; returns how many segments were made."""
    by = marketer()
    if by is None or not SampleData.objects.exists():
        return 0
    if Segment.objects.filter(is_sample=True).exists():
        return 0
    made = [
        _made(seed.name, seed.description, seed.hue, seed.conditions, by, as_of) for seed in SEEDS
    ]
    asked = tuple(Criterion(SEGMENTS, "has_any", [str(each.pk)]) for each in made[:2])
    both = _made(BOTH, "", Hue.TEAL, asked, by, as_of)
    for segment in (*made, both):
        rows = rule_of(segment, as_of).rows()
        _fill(segment, dict(rows.values_list("pk", "created_at")), as_of)
    chosen = Contact.objects.visible_to(by).filter(is_sample=True, touched_at__isnull=False)
    guests = chosen.order_by("-touched_at", "pk").values_list("pk", flat=True)[:ON_THE_LIST]
    dinner = _made(LIST, "Invited by hand. 手工邀请。", Hue.PINK, (), by, as_of)
    invited = {pk: as_of - timedelta(days=ON_THE_LIST - place) for place, pk in enumerate(guests)}
    _fill(dinner, invited, as_of)
    return len(made) + 2


def marketer() -> User | None:
    """Whose segments they are: the sample marketer, else an administrator."""
    users = User.objects.filter(is_active=True)
    marketer = users.filter(email=MARKETER).first()
    if marketer is not None and access_of(marketer).may("marketing.segment.create"):
        return marketer
    return users.filter(roles__is_administrator=True).order_by("pk").first()


def _made(
    name: str,
    description: str,
    hue: Hue,
    conditions: tuple[Condition, ...],
    by: User,
    at: datetime,
) -> Segment:
    segment = Segment(
        name=name,
        description=description,
        hue=hue,
        kind=SegmentKind.DYNAMIC if conditions else SegmentKind.STATIC,
        condition=all_of(*conditions).as_json() if conditions else {},
        sharing=Sharing.ALL,
        is_sample=True,
    )
    return save_segment(segment=segment, by=by, at=at)


def _fill(segment: Segment, created: dict[int, Any], at: datetime) -> None:
    """Members since they were made, as far back as sizes are kept."""
    zone = ZoneInfo(company().time_zone)
    today = at.astimezone(zone).date()
    since = {pk: max(moment, at - timedelta(days=DAYS)) for pk, moment in created.items()}
    insert_new(
        SegmentMember,
        (
            (segment.pk, pk, min(moment, at))
            for pk, moment in sorted(since.items(), key=itemgetter(1, 0))
        ),
        fields=("segment", "contact", "since"),
    )
    days = [moment.astimezone(zone).date() for moment in since.values()]
    SegmentSize.objects.bulk_create(_sizes(segment, days, today), ignore_conflicts=True)
    Segment.objects.filter(pk=segment.pk).update(size=len(since), checked_at=at)


def _sizes(segment: Segment, days: list[date], today: date) -> Iterator[SegmentSize]:
    for back in range(DAYS - 1, -1, -1):
        day = today - timedelta(days=back)
        size, joined = sum(each <= day for each in days), sum(each == day for each in days)
        yield SegmentSize(segment=segment, day=day, size=size, joined=joined)
