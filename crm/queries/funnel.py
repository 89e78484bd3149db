"""What the funnel report counts, from the steps of deals and their ends: read in a stream, kept for a while."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet

from core import permissions
from core.conditions import Condition, Viewpoint, all_of, to_q
from core.registries import record_types
from crm.choices import StageKind
from crm.methods.funnel import (
    Course,
    DealFigures,
    StageFigures,
    Step,
    Tally,
    Window,
    cycle_days,
    passages,
)
from crm.models import Deal, Pipeline, Stage, StageChange
from crm.queries.closing import lost_reason_of
from crm.queries.kept import kept
from crm.queries.periods import ReportPeriod

CHUNK = 5_000
GROUPS = ("team", "owner", "source", "products", "pipeline")
READ = (
    "pk",
    "pipeline_id",
    "status",
    "created_at",
    "closed_at",
    "base_amount",
    "team_id",
    "owner_id",
    "source",
    "lost_reason",
    "competitor_id",
    "competitor__name",
    "lines__product",
)
NUMBER, PRODUCT = 0, -1

Tallies = dict[Any, Tally]
Grouped = dict[Any, DealFigures]


@dataclass(frozen=True)
class Figures:
    """All that the report says; of two things side by side the first is the time that is asked for, the
    second the days before."""

    as_of: datetime
    stages: Sequence[Mapping[int, StageFigures]]
    total: Sequence[DealFigures]
    groups: Mapping[str, Sequence[Grouped]]
    reasons: Grouped
    competitors: Grouped


@dataclass
class Counted:
    """The ends of deals while they are counted, for one time."""

    total: Tally = field(default_factory=Tally)
    groups: dict[str, Tallies] = field(
        default_factory=lambda: {name: defaultdict(Tally) for name in GROUPS}
    )
    reasons: Tallies = field(default_factory=lambda: defaultdict(Tally))
    competitors: Tallies = field(default_factory=lambda: defaultdict(Tally))


@dataclass(frozen=True)
class FunnelQuery:
    """The deals of a pipeline that meet the conditions, as somebody may see them, in a time.

    Of the stages the open ones come first, in their order, then won ones, then lost ones.
    """

    view: Viewpoint
    pipeline: Pipeline
    stages: Sequence[Stage]
    period: ReportPeriod
    conditions: tuple[Condition, ...] = ()

    @cached_property
    def course(self) -> Course:
        lost = [stage.pk for stage in self.stages if stage.kind == StageKind.LOST]
        return Course([stage.pk for stage in self.stages if stage.pk not in lost], lost)

    @cached_property
    def windows(self) -> list[Window]:
        zone = self.view.now.tzinfo
        return [self.period.window(zone), self.period.before.window(zone)]

    def figures(self, *, anew: bool = False) -> Figures:
        """Counted, or as they were counted a few minutes ago for the same person."""
        return kept("funnel", self.view, self._asked, self._count, anew=anew)

    @property
    def _asked(self) -> tuple[Any, ...]:
        conditions = [condition.as_json() for condition in self.conditions]
        stages = (list(self.course.stages), list(self.course.lost))
        return (self.pipeline.pk, stages, self.period.first, self.period.last, conditions)

    # -- reading ---------------------------------------------------------------------------------

    @cached_property
    def _deals(self) -> "QuerySet[Any]":
        kind = record_types["crm.deal"]
        visible = permissions.visible_rows(Deal, self.view.user)
        return visible.filter(to_q(all_of(*self.conditions), kind, self.view)).order_by()

    def _steps(self) -> Iterator[Step]:
        """The ways of the deals that took a step in either time."""
        start, end = self.windows[1][0], self.windows[0][1]
        pks = [stage.pk for stage in self.stages]
        here = Q(to_stage__in=pks) | Q(from_stage__in=pks)
        moved = StageChange.objects.filter(here, at__gte=start, at__lt=end).values("deal")
        steps = StageChange.objects.filter(deal__in=moved, at__lt=end)
        if self.conditions or not self.view.reaches_all(record_types["crm.deal"]):
            steps = steps.filter(deal__in=self._deals.values("pk"))
        else:
            steps = steps.filter(deal__deleted_at=None)
        rows = steps.order_by("deal", "at", "pk")
        return rows.values_list("deal", "from_stage", "to_stage", "at").iterator(chunk_size=CHUNK)

    def _ends(self) -> Iterator[tuple[Any, ...]]:
        """The deals that began or were closed in either time; for each product of theirs anew."""
        start, end = self.windows[1][0], self.windows[0][1]
        closed = Q(closed_at__gte=start, closed_at__lt=end)
        ends = Q(status=StageKind.WON) & closed | Q(status=StageKind.LOST) & closed
        rows = self._deals.filter(ends | Q(created_at__gte=start, created_at__lt=end))
        found = rows.order_by("pk").values_list(*READ).distinct()
        return found.iterator(chunk_size=CHUNK)

    # -- counting --------------------------------------------------------------------------------

    def _count(self) -> tuple[Figures, int]:
        number = 0

        def told(rows: Iterator[Any]) -> Iterator[Any]:
            nonlocal number
            for row in rows:
                number += 1
                yield row

        stages = passages(told(self._steps()), self.course, self.windows)
        counted = [Counted() for _window in self.windows]
        for _deal, rows in groupby(told(self._ends()), key=itemgetter(NUMBER)):
            same = list(rows)
            self._tell(same[0], [row[PRODUCT] for row in same], counted)
        settled = [_settled(each) for each in counted]
        figures = Figures(
            as_of=self.view.now,
            stages=stages,
            total=[total for total, _groups in settled],
            groups={name: [groups[name] for _total, groups in settled] for name in GROUPS},
            reasons=_figures(counted[0].reasons),
            competitors=_figures(counted[0].competitors),
        )
        return figures, number

    def _tell(
        self, row: Sequence[Any], products: Sequence[Any], counted: Sequence[Counted]
    ) -> None:
        """One deal, into all that it belongs to."""
        _pk, pipeline, status, *_times, team, owner, source, reason, rival, name, _product = row
        is_here = pipeline == self.pipeline.pk
        for window, into in zip(self.windows, counted, strict=True):
            groups = into.groups
            tallies = [groups["pipeline"][pipeline]]
            if is_here:
                tallies += [into.total, groups["team"][team], groups["owner"][owner]]
                tallies.append(groups["source"][source])
                tallies += [groups["products"][product] for product in products]
            ends = []
            if is_here and status == StageKind.LOST:
                ends.append(into.reasons[lost_reason_of(reason)])
            if is_here and rival is not None:
                ends.append(into.competitors[rival, name])
            _add(row, window, tallies, ends)


def _add(
    row: Sequence[Any], window: Window, tallies: Sequence[Tally], ends: Sequence[Tally]
) -> None:
    """A deal that began or was closed in the window; `ends` take no beginnings."""
    status, created, closed, amount = row[2:6]
    start, end = window
    if start <= created < end:
        for tally in tallies:
            tally.begin()
    if closed is not None and status != StageKind.OPEN and start <= closed < end:
        days = cycle_days(created, closed)
        for tally in (*tallies, *ends):
            tally.close(is_won=status == StageKind.WON, amount=float(amount or 0), days=days)


def _settled(counted: Counted) -> tuple[DealFigures, dict[str, Grouped]]:
    groups = {name: _figures(tallies) for name, tallies in counted.groups.items()}
    return counted.total.figures(), groups


def _figures(tallies: Tallies) -> Grouped:
    """What anything happened to."""
    found = {key: tally.figures() for key, tally in tallies.items()}
    return {key: figures for key, figures in found.items() if figures.new or figures.closed}


def sees_funnel(view: Viewpoint) -> bool:
    """Whoever may not see where deals stand and stood has no funnel."""
    names = ("stage", "pipeline", "status", "closed", "created")
    return all(view.access.sees(f"crm.deal.{name}") for name in names)
