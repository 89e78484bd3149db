"""What people promised for a quarter, what their deals add up to, and what they are to bring."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from analytics.models import Quota, Submission
from analytics.models.quarters import Quarter
from core.company import company
from core.models import Team
from crm.choices import ForecastCategory, StageKind
from crm.models import Deal

UPDATED_EVERY = timedelta(days=7)
OPEN_CATEGORIES = (ForecastCategory.COMMIT, ForecastCategory.BEST_CASE, ForecastCategory.PIPELINE)


@dataclass(frozen=True)
class Categories:
    """What the deals of one person add up to in a quarter, by how sure they are."""

    closed: Decimal = Decimal(0)
    commit: Decimal = Decimal(0)
    best_case: Decimal = Decimal(0)
    pipeline: Decimal = Decimal(0)


def categories_of(user: int, quarter: Quarter) -> Categories:
    """In the base currency; open deals count that are expected to close in the quarter: two queries."""
    zone = company().time_zone
    mine = Deal.objects.kept().filter(owner=user)
    won = mine.filter(
        status=StageKind.WON,
        closed_at__gte=quarter.starts(zone),
        closed_at__lt=quarter.ends(zone),
    ).aggregate(total=Sum("base_amount"))["total"]
    dated = mine.filter(
        status=StageKind.OPEN, close_on__gte=quarter.first, close_on__lt=quarter.after.first
    )
    sums = {
        str(category): Sum("base_amount", filter=Q(forecast_category=category))
        for category in OPEN_CATEGORIES
    }
    found = {name: total or Decimal(0) for name, total in dated.aggregate(**sums).items()}
    return Categories(won or Decimal(0), **found)


@dataclass(frozen=True)
class Quotas:
    """Quotas of a quarter by person and by team."""

    people: Mapping[int, Decimal] = field(default_factory=dict)
    teams: Mapping[int, Decimal] = field(default_factory=dict)

    def target(self, scope: str) -> Decimal | None:
        """What was asked of the scope itself; of all: of the teams on top."""
        kind, _colon, number = scope.partition(":")
        if kind == "owner":
            return self.people.get(int(number))
        if kind == "team":
            return self.teams.get(int(number))
        tops = Team.objects.filter(parent=None, pk__in=self.teams).values_list("pk", flat=True)
        asked = [self.teams[team] for team in tops]
        return sum(asked, Decimal(0)) if asked else None


def quotas_of(quarter: Quarter) -> Quotas:
    rows = list(Quota.objects.filter(quarter=quarter.first))
    return Quotas(
        {row.user_id: row.amount for row in rows if row.user_id},
        {row.team_id: row.amount for row in rows if row.team_id},
    )


def target_of(scope: str, quotas: Quotas, people: Collection[Any]) -> Decimal | None:
    """The quota of the scope, else the sum of its people's."""
    found = quotas.target(scope)
    if found is not None or scope.startswith("owner"):
        return found
    asked = [quotas.people[one.pk] for one in people if one.pk in quotas.people]
    return sum(asked, Decimal(0)) if asked else None


def last_calls(quarter: Quarter, people: Collection[Any]) -> dict[int, Submission]:
    """The last call of each of these people."""
    rows = Submission.objects.all().latest_of(quarter)
    found: dict[int, Submission] = {
        row.user_id: row for row in rows.filter(user__in=[one.pk for one in people])
    }
    return found


def is_due(call: Submission | None, now: datetime) -> bool:
    """Whether somebody should say their call anew."""
    return call is None or now - call.at > UPDATED_EVERY


def history_of(user: int, quarter: Quarter, most: int = 10) -> list[Submission]:
    """The calls of a person in the quarter, the last one first."""
    rows = Submission.objects.filter(quarter=quarter.first, user=user).order_by("-at", "-pk")
    return list(rows[:most])
