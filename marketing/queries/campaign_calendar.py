"""Campaigns by the day on which they began or are to begin."""

from calendar import Calendar
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from core import permissions
from core.models import User
from marketing.choices import CampaignState
from marketing.models import Campaign

MOST = 400
UNPLANNED = 12
BEGAN, BEGINS = "marketing.campaign.started", "marketing.campaign.scheduled"


@dataclass(frozen=True)
class Entry:
    """A campaign on its day."""

    campaign: Campaign
    name: str
    at: datetime


@dataclass(frozen=True)
class Day:
    """A day of the grid; those of the months beside are `is_out`."""

    date: date
    is_out: bool
    is_today: bool
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Month:
    """Whole weeks from Monday to Sunday, and the drafts that have no day yet."""

    first: date
    days: Sequence[Day]
    counts: dict[CampaignState, int]
    unplanned: Sequence[Entry]

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)


def month_of(user: User, first: date) -> Month:
    """The campaigns that the user reaches, in the month that begins on `first`, by the user's clock."""
    days = [day for week in Calendar().monthdatescalendar(first.year, first.month) for day in week]
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for entry in _planned(user, days):
        by_day[timezone.localtime(entry.at).date()].append(entry)
    today = timezone.localdate()
    told = [Day(day, day.month != first.month, day == today, by_day[day]) for day in days]
    inside = [entry for day in told if not day.is_out for entry in day.entries]
    counts = Counter(CampaignState(entry.campaign.state) for entry in inside)
    return Month(first, told, dict(counts), _unplanned(user))


def _planned(user: User, days: Sequence[date]) -> Iterable[Entry]:
    zone, access = timezone.get_current_timezone(), permissions.access_of(user)
    span = (
        datetime.combine(days[0], time(), zone),
        datetime.combine(days[-1] + timedelta(days=1), time(), zone),
    )
    asked = Q()
    if access.sees(BEGAN):
        asked |= Q(started_at__gte=span[0], started_at__lt=span[1])
    if access.sees(BEGINS):
        asked |= Q(started_at=None, scheduled_at__gte=span[0], scheduled_at__lt=span[1])
    if not asked:
        return []
    rows: Any = Campaign.objects.visible_to(user).filter(asked).select_related("owner")[:MOST]
    found = [_entry(row, access, row.started_at or row.scheduled_at) for row in rows]
    return sorted(found, key=lambda entry: (entry.at, entry.campaign.pk))


def _unplanned(user: User) -> list[Entry]:
    access = permissions.access_of(user)
    rows = Campaign.objects.visible_to(user).filter(
        state=CampaignState.DRAFT, scheduled_at=None, started_at=None
    )
    newest = rows.order_by("-created_at", "-id")[:UNPLANNED]
    return [_entry(row, access, row.created_at) for row in newest]


def _entry(row: Any, access: permissions.Access, at: datetime) -> Entry:
    return Entry(row, row.name_for(access), at)
