"""What changed this week and why: bookings, new leads, the win rate, what is open; by team, source or product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from core.conditions import Condition, Criterion
from core.queries.home import HomeView
from crm.choices import StageKind
from crm.methods.decomposition import RateEffect, of_product, of_rate, of_sum
from crm.models import DealLine
from crm.queries.periods import ReportPeriod

WEEK, RATE_DAYS = 7, 28
PARTS = ("team", "source", "products")
NOW, BEFORE = "now", "before"
Sides = dict[str, dict[Any, float]]


@dataclass(frozen=True)
class Change:
    """A figure of a time and of the same days before; `parts` add up to the change."""

    now: float | None
    before: float | None
    parts: Mapping[Any, float] = field(default_factory=dict)
    effects: Mapping[Any, RateEffect] = field(default_factory=dict)
    factors: Sequence[float] = ()  # of bookings: closed deals, win rate, value of a won deal

    @property
    def change(self) -> float | None:
        return None if self.now is None or self.before is None else self.now - self.before


class Changes:
    """What changed in the scope of home, told apart by one of PARTS."""

    def __init__(self, home: HomeView, by: str) -> None:
        self.home, self.by = home, by

    # -- times -----------------------------------------------------------------------------------

    @cached_property
    def week(self) -> ReportPeriod:
        """The last seven days, today included."""
        return self._until_today(WEEK)

    @cached_property
    def weeks(self) -> ReportPeriod:
        """Four of them: in one week too few deals are closed for a rate."""
        return self._until_today(RATE_DAYS)

    def _until_today(self, days: int) -> ReportPeriod:
        today = self.home.view.now.date()
        return ReportPeriod("", today - timedelta(days - 1), today)

    def _within(self, column: str, period: ReportPeriod) -> Q:
        start, end = period.window(self.home.view.now.tzinfo)
        return Q(**{f"{column}__gte": start, f"{column}__lt": end})

    # -- reading ---------------------------------------------------------------------------------

    @cached_property
    def _deals(self) -> list[dict[str, Any]]:
        """One row for each part: sums and numbers of both times, in one query."""
        closed = self._within("closed_at", self.weeks) | self._within(
            "closed_at", self.weeks.before
        )
        ends = Q(status=StageKind.WON) & closed | Q(status=StageKind.LOST) & closed
        begun = self._within("created_at", self.week) | self._within("created_at", self.week.before)
        rows = self.home.rows("crm.deal").filter(ends | begun)
        return list(self._parted(rows).annotate(**self._sums()).order_by())

    def _parted(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.by != "products":
            return rows.values(**self._columns())
        first = DealLine.objects.filter(deal=OuterRef("pk")).order_by("position", "pk")
        parted: QuerySet[Any] = rows.annotate(part=Subquery(first.values("product")[:1]))
        return parted.values("part")

    def _columns(self) -> dict[str, F]:
        """The part of a record, and what it is called where that is another thing."""
        if self.by == "team":
            return {"part": F("team"), "team_name": F("team__name")}
        return {"part": F("source")}

    @property
    def team_names(self) -> dict[Any, str]:
        """Of the teams that have records here."""
        return {row["part"]: row["team_name"] for row in (*self._deals, *self._leads)}

    def _sums(self) -> dict[str, Any]:
        sums: dict[str, Any] = {}
        won, lost = Q(status=StageKind.WON), Q(status=StageKind.LOST)
        for side in (NOW, BEFORE):
            week = self.week if side == NOW else self.week.before
            weeks = self.weeks if side == NOW else self.weeks.before
            closed, begun = self._within("closed_at", week), self._within("created_at", week)
            of_rate_ = self._within("closed_at", weeks)
            sums |= {
                f"won_{side}": Count("pk", filter=won & closed),
                f"booked_{side}": Sum("base_amount", filter=won & closed),
                f"closed_{side}": Count("pk", filter=(won | lost) & closed),
                f"gone_{side}": Sum("base_amount", filter=(won | lost) & closed),
                f"begun_{side}": Sum("base_amount", filter=begun),
                f"rate_won_{side}": Count("pk", filter=won & of_rate_),
                f"rate_closed_{side}": Count("pk", filter=(won | lost) & of_rate_),
            }
        return sums

    def _sides(self, name: str) -> Sides:
        return {
            side: {row["part"]: float(row[f"{name}_{side}"] or 0) for row in self._deals}
            for side in (NOW, BEFORE)
        }

    # -- what changed ----------------------------------------------------------------------------

    def bookings(self) -> Change:
        """What was won; told apart by parts, and by volume, rate and value."""
        sides = self._sides("booked")
        now, before = (sum(sides[side].values()) for side in (NOW, BEFORE))
        factors = [self._factors(side) for side in (BEFORE, NOW)]
        is_told = all(closed and won for closed, won, _value in factors)
        return Change(
            now,
            before,
            of_sum(sides[BEFORE], sides[NOW]),
            factors=of_product(*factors) if is_told else (),
        )

    def _factors(self, side: str) -> tuple[float, float, float]:
        closed, won, booked = (
            sum(float(row[f"{name}_{side}"] or 0) for row in self._deals)
            for name in ("closed", "won", "booked")
        )
        return closed, won / closed if closed else 0.0, booked / won if won else 0.0

    def win_rate(self) -> Change:
        """Won of closed in four weeks: who did better, and who became a larger part."""
        won, closed = self._sides("rate_won"), self._sides("rate_closed")
        shares = {
            side: {part: (won[side][part], closed[side][part]) for part in closed[side]}
            for side in (NOW, BEFORE)
        }
        sums = {side: sum(closed[side].values()) for side in (NOW, BEFORE)}
        now, before = (
            sum(won[side].values()) / sums[side] if sums[side] else None for side in (NOW, BEFORE)
        )
        if now is None or before is None:
            return Change(now, before)
        effects = of_rate(shares[BEFORE], shares[NOW])
        return Change(now, before, {part: each.total for part, each in effects.items()}, effects)

    def pipeline(self) -> Change:
        """What came into the pipeline less what was closed; both times are flows."""
        begun, gone = self._sides("begun"), self._sides("gone")
        flows = {
            side: {part: begun[side][part] - gone[side][part] for part in begun[side]}
            for side in (NOW, BEFORE)
        }
        now, before = (sum(flows[side].values()) for side in (NOW, BEFORE))
        return Change(now, before, of_sum(flows[BEFORE], flows[NOW]))

    def new_leads(self) -> Change:
        """Leads have no products: then they are told apart by source."""
        sides = {
            side: {row["part"]: float(row[side]) for row in self._leads} for side in (NOW, BEFORE)
        }
        now, before = (sum(sides[side].values()) for side in (NOW, BEFORE))
        return Change(now, before, of_sum(sides[BEFORE], sides[NOW]))

    @property
    def sees_leads(self) -> bool:
        """Whether leads may be seen, and all that they are asked for here."""
        access = self.home.view.access
        names = ["created", "team" if self.by == "team" else "source"]
        names += ["owner"] if self.home.owned else []
        return access.may("crm.lead.view") and all(access.sees(f"crm.lead.{n}") for n in names)

    @cached_property
    def _leads(self) -> list[dict[str, Any]]:
        """One row for each part with the leads of both times; none where leads may not be seen."""
        if not self.sees_leads:
            return []
        both = {side: self._within("created_at", self._week(side)) for side in (NOW, BEFORE)}
        rows = self.home.rows("crm.lead").filter(both[NOW] | both[BEFORE]).order_by()
        numbers = {side: Count("pk", filter=both[side]) for side in (NOW, BEFORE)}
        return list(rows.values(**self._columns()).annotate(**numbers))

    def _week(self, side: str) -> ReportPeriod:
        return self.week if side == NOW else self.week.before

    # -- the records behind a part ---------------------------------------------------------------

    def condition(self, part: Any, *, of_leads: bool = False) -> Condition:
        """What tells the records of a part."""
        name = "source" if of_leads and self.by == "products" else self.by
        if part in (None, ""):
            return Criterion(name, "empty")
        return Criterion(name, "has_any" if name == "products" else "is", [part])
