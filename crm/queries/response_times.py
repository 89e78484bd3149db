"""How long new leads waited for their first answer: figures of a period beside the one before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When

from core.conditions import Viewpoint
from core.medians import Median, NinthDecile
from core.models import User
from crm.choices import ResponseClock
from crm.models import Lead, ResponseTarget
from crm.queries.kept import kept

PERIODS = (7, 30, 90)
USUAL = 30
MOST_ROWS = 50
# Whoever may not see one of them sees no figures of them either.
FIELDS = ("crm.lead.first_touch", "crm.lead.awaits")


@dataclass(frozen=True)
class Days:
    """A stretch of whole days of whoever looks, both ends included."""

    first: date
    last: date

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        begin = datetime.combine(self.first, time.min, now.tzinfo)
        return begin, datetime.combine(self.last + timedelta(days=1), time.min, now.tzinfo)

    @property
    def part(self) -> str:
        """The same days as the filter of a list has them."""
        return f"first_touch:between_days:{self.first.isoformat()},{self.last.isoformat()}"


def periods_of(today: date, length: int) -> tuple[Days, Days]:
    """The last so many days, today included, and as many before them."""
    first = today - timedelta(days=length - 1)
    before = first - timedelta(days=length)
    return Days(first, today), Days(before, first - timedelta(days=1))


@dataclass(frozen=True)
class Figures:
    """Of the leads that were answered: how many, how soon the middle one and nine of ten."""

    answered: int = 0
    median: Decimal | None = None
    ninth: Decimal | None = None
    within: int = 0

    @property
    def share(self) -> float | None:
        return self.within / self.answered if self.answered else None


NONE = Figures()


@dataclass(frozen=True)
class Line:
    """A person or a source, with the figures of both periods."""

    key: Any
    now: Figures
    before: Figures


@dataclass(frozen=True)
class ResponseTimes:
    """What the page of response times shows."""

    as_of: datetime
    target: Any
    now: Days
    before: Days
    figures: Figures
    figures_before: Figures
    people: Sequence[Line]
    sources: Sequence[Line]
    waiting: Mapping[str, int]


def response_times(view: Viewpoint, length: int, *, anew: bool = False) -> ResponseTimes:
    """Six queries, whatever the number of leads; only what the user sees is counted. Of many leads it
    is what was counted some minutes ago."""
    target = ResponseTarget.current()
    asked = (length, view.now.date(), target.hours)
    found = kept("response_times", view, asked, lambda: _count(view, length, target), anew=anew)
    # What is kept has numbers for people: nobody's account lies in the cache.
    return replace(found, people=_with_people(found.people))


def _count(view: Viewpoint, length: int, target: ResponseTarget) -> tuple[ResponseTimes, int]:
    now, before = periods_of(view.now.date(), length)
    rows = Lead.objects.visible_to(view.user).order_by()
    answered = _answered(rows, view, now, before)
    totals = _lines(answered, target.hours)
    total = totals[0] if totals else Line(None, NONE, NONE)
    sees = view.access.sees
    people = _lines(answered, target.hours, "owner") if sees("crm.lead.owner") else []
    sources = _lines(answered, target.hours, "source") if sees("crm.lead.source") else []
    waiting = _waiting(rows)
    found = ResponseTimes(
        view.now,
        target,
        now,
        before,
        total.now,
        total.before,
        people,
        sources,
        waiting,
    )
    return found, total.now.answered + total.before.answered + sum(waiting.values())


def _answered(rows: QuerySet[Any], view: Viewpoint, now: Days, before: Days) -> QuerySet[Any]:
    begin, end = now.bounds(view.now)
    is_now = When(first_touch_at__gte=begin, then=Value(True))
    answered: QuerySet[Any] = rows.filter(
        first_touch_at__gte=before.bounds(view.now)[0],
        first_touch_at__lt=end,
        response_hours__isnull=False,
    )
    flag = Case(is_now, default=Value(False), output_field=BooleanField())
    found: QuerySet[Any] = answered.annotate(is_now=flag)
    return found


def _lines(answered: QuerySet[Any], hours: int, by: str = "") -> list[Line]:
    """The figures of both periods, altogether or by a column; most answers first."""
    groups = answered.values(*filter(None, ("is_now", by))).annotate(
        answered=Count("pk"),
        median=Median("response_hours"),
        ninth=NinthDecile("response_hours"),
        within=Count("pk", filter=Q(response_hours__lte=hours)),
    )
    found: dict[Any, dict[bool, Figures]] = {}
    for row in groups:
        is_now, key = bool(row.pop("is_now")), row.pop(by) if by else None
        found.setdefault(key, {})[is_now] = Figures(**row)
    lines = [Line(key, of.get(True, NONE), of.get(False, NONE)) for key, of in found.items()]
    lines.sort(key=lambda line: (-line.now.answered, -line.before.answered, str(line.key)))
    return lines[:MOST_ROWS]


def _with_people(lines: Sequence[Line]) -> list[Line]:
    users = User.objects.in_bulk([line.key for line in lines if line.key is not None])
    return [Line(users.get(line.key), line.now, line.before) for line in lines]


def _waiting(rows: QuerySet[Any]) -> dict[str, int]:
    """How many wait now, by how they stand to the target."""
    counted = rows.filter(awaits_since__isnull=False).values("clock").annotate(n=Count("pk"))
    found = dict.fromkeys(ResponseClock.values, 0)
    for row in counted:
        found[row["clock"] or ResponseClock.WAITING] += row["n"]
    return found
