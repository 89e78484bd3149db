"""Deals as a board: its columns by stage, what stands in their heads, and one page of cards each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, DateTimeField, DecimalField, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from core.conditions import (
    Condition,
    Criterion,
    all_of,
    any_of,
    checked,
    to_parameter,
    to_q,
)
from core.errors import Refused
from core.fields.ordering import ANNOTATION, Order
from core.lists import ListState
from core.lists.cells import Line, lines_of
from core.lists.keyset import token_of
from core.lists.page import Stretch, page_of, shown_rows
from core.medians import Median
from crm.choices import StageKind
from crm.models import Deal, Pipeline, Stage
from crm.record_types.deals import stage_choices

PER_COLUMN = 8
PIPELINE = "pipeline"
CLOSED = (StageKind.WON, StageKind.LOST)
CLOSED_ORDER = Order("closed_at")
# What a card reads beside the fields that it shows.
READ_ALONG = (
    "status",
    "stage",
    "touched_at",
    "created_at",
    "stage_entered_at",
    "closed_at",
    "probability",
    "forecast_category",
    "lost_reason",
)
MONEY = DecimalField(max_digits=24, decimal_places=2)


@dataclass(frozen=True)
class Head:
    """What stands above a column: how many deals, what they are worth, how long they have been there."""

    stage: Stage
    number: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    stuck: int = 0
    closing: Decimal = Decimal(0)  # of those that are expected to close in this month
    unrated: int = 0  # whose currency has no rate
    days: int | None = None  # in the stage, the median

    @property
    def is_over(self) -> bool:
        return 0 < self.stage.wip_limit < self.number


@dataclass(frozen=True)
class Column:
    """A stage with its first cards, or those after a place."""

    head: Head
    lines: Sequence[Line] = field(default_factory=list)
    next_token: str = ""


class BoardQuery:
    """The board that a list's address asks for: one pipeline, the list's filters, words and order."""

    def __init__(self, state: ListState) -> None:
        self.state = state
        self.now: datetime = state.view.now

    # -- pipelines and stages --------------------------------------------------------------------

    @cached_property
    def pipelines(self) -> list[Pipeline]:
        """Those in use; an archived one as long as it is asked for."""
        rows = list(dict.fromkeys(stage.pipeline for stage in self._every_stage))
        return [row for row in rows if not row.is_archived or row.pk in self._wanted]

    @cached_property
    def _every_stage(self) -> list[Stage]:
        """All stages with their pipelines, in one query: conditions that name stages need them, too."""
        rows = list(Stage.objects.select_related("pipeline"))
        known = sorted(rows, key=lambda stage: stage.is_archived)
        named = ((s.pk, s.is_archived, s.name, s.pipeline.name) for s in known)
        self.state.view.know(self.state.kind.field["stage"], stage_choices(named))
        return rows

    @cached_property
    def _wanted(self) -> list[int]:
        """The pipelines that the filters name: the first of them is shown."""
        conditions = (part.condition for part in self.state.parts)
        named = (c.value for c in conditions if isinstance(c, Criterion) and _names_pipeline(c))
        return [pk for value in named for pk in value]

    @cached_property
    def pipeline(self) -> Pipeline | None:
        by_pk = {row.pk: row for row in self.pipelines}
        found = (by_pk[pk] for pk in self._wanted if pk in by_pk)
        return next(found, None) or next(iter(self.pipelines), None)

    @cached_property
    def stages(self) -> list[Stage]:
        if self.pipeline is None:
            return []
        here = (stage for stage in self._every_stage if stage.pipeline == self.pipeline)
        return [stage for stage in here if not stage.is_archived]

    def choices(self) -> list[tuple[Pipeline, str]]:
        """The pipelines, each with the address of its board."""
        others = [
            part.parameter
            for part in self.state.parts
            if not (isinstance(part.condition, Criterion) and _names_pipeline(part.condition))
        ]
        return [
            (row, self.state.query_with_parts([*others, to_parameter(_of_pipeline(row))]))
            for row in self.pipelines
        ]

    # -- heads -----------------------------------------------------------------------------------

    def heads(self, closed: Mapping[int, Mapping[str, Any]] | None = None) -> list[Head]:
        """What stands above the columns, in two queries; in one where that of closed ones is known."""
        found = self._summed(self._open, self._open_sums)
        found |= self._summed(self._closed, self._closed_sums) if closed is None else closed
        return [self._head(stage, found.get(stage.pk)) for stage in self.stages]

    @staticmethod
    def _summed(rows: "QuerySet[Any]", sums: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
        grouped = rows.order_by().values("stage_id").annotate(**sums)
        return {row["stage_id"]: row for row in grouped}

    @property
    def _open(self) -> "QuerySet[Any]":
        pks = [stage.pk for stage in self.stages if stage.kind == StageKind.OPEN]
        return self.state.rows().filter(status=StageKind.OPEN, stage__in=pks)

    @property
    def _closed(self) -> "QuerySet[Any]":
        pks = [stage.pk for stage in self.stages if stage.kind in CLOSED]
        # Each kind by its own index.
        lately = [Q(status=kind, closed_at__gte=self.month_start) for kind in CLOSED]
        return self.state.rows().filter(lately[0] | lately[1], stage__in=pks)

    @property
    def _closed_sums(self) -> dict[str, Any]:
        unrated = Q(amount__isnull=False, base_amount=None)
        return {
            "number": Count("pk"),
            "total": Sum("base_amount"),
            "unrated": Count("pk", filter=unrated),
        }

    @property
    def _open_sums(self) -> dict[str, Any]:
        said = Sum(F("base_amount") * F("probability"), output_field=MONEY)
        return self._closed_sums | {
            "said": said,
            "unsaid": Sum("base_amount", filter=Q(probability=None)),
            "closing": Sum("base_amount", filter=self._in_month),
            "stuck": Count("pk", filter=self._stuck_q),
            "since": Median("stage_entered_at", output_field=DateTimeField()),
        }

    def _head(self, stage: Stage, row: Mapping[str, Any] | None) -> Head:
        if row is None:
            return Head(stage)
        unsaid = (row.get("unsaid") or 0) * stage.probability
        since = row.get("since")
        return Head(
            stage,
            number=row["number"],
            amount=row["total"] or Decimal(0),
            weighted=((row.get("said") or 0) + unsaid) / Decimal(100),
            stuck=row.get("stuck", 0),
            closing=row.get("closing") or Decimal(0),
            unrated=row["unrated"],
            days=(self.now - since).days if since else None,
        )

    @cached_property
    def month_start(self) -> datetime:
        """Closed deals of this month stand on the board."""
        return datetime.combine(self.now.date().replace(day=1), time(), self.now.tzinfo)

    @cached_property
    def _in_month(self) -> Q:
        return self._q(CLOSING)

    @cached_property
    def _stuck_q(self) -> Q:
        condition = self.stuck_condition
        return self._q(condition) if condition is not None else Q(pk__in=[])

    def _q(self, condition: Condition) -> Q:
        """A condition as the database takes it; nothing where the viewer may not ask it."""
        kind, view = self.state.kind, self.state.view
        try:
            return to_q(checked(condition, kind, view), kind, view)
        except Refused:
            return Q(pk__in=[])

    @cached_property
    def stuck_condition(self) -> Condition | None:
        """Deals without a touch for as long as their stage says; None where no stage says it."""
        rules = [stage for stage in self.stages if stage.rotting_days]
        return any_of(*(_stuck_in(stage) for stage in rules)) if rules else None

    # -- cards -----------------------------------------------------------------------------------

    def columns(self) -> list[Column]:
        """All columns with their first cards: which these are is asked for all columns at once."""
        first: dict[int, list[int]] = {}
        sums = {name: _over_column(each) for name, each in self._closed_sums.items()}
        closed = self._take_first(self._closed, CLOSED_ORDER, True, first, sums)
        heads = self.heads(closed)
        if any(head.number and self._is_open(head.stage) for head in heads):
            order, descending = self.state.order, self.state.is_descending
            self._take_first(self._open, order, descending, first)
        found = self._whole([pk for pks in first.values() for pk in pks[:PER_COLUMN]])
        return [self._first_cards(head, first.get(head.stage.pk, []), found) for head in heads]

    @staticmethod
    def _is_open(stage: Stage) -> bool:
        return stage.kind == StageKind.OPEN

    def _take_first(
        self,
        rows: "QuerySet[Any]",
        order: Order,
        is_descending: bool,
        into: dict[int, list[int]],
        sums: Mapping[str, Window] | None = None,
    ) -> dict[int, Mapping[str, Any]]:
        """The numbers of the first cards of each stage in order, and of the one behind them.

        Returned is a row of each stage with the sums over all its deals.
        """
        rows, named = order.named(rows)
        value, pk = F(named.path), F("pk")
        way = (
            [value.desc(nulls_last=True), pk.desc()]
            if is_descending
            else [value.asc(nulls_last=True), pk.asc()]
        )
        place = Window(RowNumber(), partition_by=F("stage_id"), order_by=way)
        first = rows.order_by().annotate(place=place, **(sums or {}))
        first = first.filter(place__lte=PER_COLUMN + 1)
        found = sorted(first.values("stage_id", "pk", "place", *(sums or {})), key=_place_of)
        for row in found:
            into.setdefault(row["stage_id"], []).append(row["pk"])
        return {row["stage_id"]: row for row in found}

    def _whole(self, pks: Sequence[int]) -> dict[int, Any]:
        """The deals as cards need them, in one query."""
        if not pks:
            return {}
        rows, _named = self.state.order.named(Deal._base_manager.filter(pk__in=pks))
        shown = shown_rows(self.state, rows, (self.state.order.path, *READ_ALONG))
        return {row.pk: row for row in shown}

    def _first_cards(self, head: Head, pks: Sequence[int], found: Mapping[int, Any]) -> Column:
        rows = [found[pk] for pk in pks[:PER_COLUMN] if pk in found]
        token = ""
        if len(pks) > PER_COLUMN and rows:
            order = self._stretch(head.stage).order
            token = token_of(rows[-1], order.path or ANNOTATION, is_backward=False)
        return Column(head, self._lines(rows), token)

    def cards(self, stage: Stage, token: str) -> Column:
        """More cards of a column whose head is not asked for."""
        page = page_of(self.state, token, self._stretch(stage))
        return Column(Head(stage), self._lines(page.rows), page.next_token)

    def line(self, deal: Deal) -> Line | None:
        """One card, if the board shows it where it stands."""
        stretch = self._stretch(deal.stage, Q(pk=deal.pk))
        lines = self._lines(page_of(self.state, "", stretch).rows)
        return lines[0] if lines else None

    def _lines(self, rows: Sequence[Any]) -> list[Line]:
        return lines_of(rows, self.state.columns, self.state.view, self.state.query_with())

    def _stretch(self, stage: Stage, only: Q | None = None) -> Stretch:
        """Open deals in the list's order; closed ones of this month, the last one first."""
        within = Q(stage=stage.pk, status=stage.kind) & (only or Q())
        if stage.kind == StageKind.OPEN:
            order, is_descending = self.state.order, self.state.is_descending
        else:
            within &= Q(closed_at__gte=self.month_start)
            order, is_descending = CLOSED_ORDER, True
        return Stretch(within, PER_COLUMN, order, is_descending, READ_ALONG)


def _over_column(aggregate: Any) -> Window:
    return Window(aggregate, partition_by=F("stage_id"))


def _place_of(row: Mapping[str, Any]) -> int:
    place: int = row["place"]
    return place


def sees_board(state: ListState) -> bool:
    """Whoever may not see in which stage deals are has no board."""
    sees = state.access.sees
    return sees("crm.deal.stage") and sees("crm.deal.pipeline") and sees("crm.deal.status")


CLOSING = Criterion("close", "in", "this_month")


def _names_pipeline(condition: Criterion) -> bool:
    return condition.field == PIPELINE and condition.operator == "is"


def _of_pipeline(pipeline: Pipeline) -> Criterion:
    return Criterion(PIPELINE, "is", [pipeline.pk])


def _stuck_in(stage: Stage) -> Condition:
    days = stage.rotting_days
    never = all_of(Criterion("touched", "empty"), Criterion("created", "longer_ago", days))
    untouched = any_of(Criterion("touched", "longer_ago", days), never)
    return all_of(Criterion("stage", "is", [stage.pk]), untouched)


def is_stuck(deal: Deal, stage: Stage, now: datetime) -> bool:
    """The same of a deal at hand."""
    return stage.rotting_days > 0 and now - last_touch(deal) > timedelta(stage.rotting_days)


def is_slow(deal: Deal, stage: Stage, now: datetime) -> bool:
    """Whether a deal has been in its stage for longer than the stage says."""
    return 0 < stage.slow_days < days_here(deal, now)


def days_here(deal: Deal, now: datetime) -> int:
    """Whole days since the deal came into its stage."""
    return (now - deal.stage_entered_at).days if deal.stage_entered_at else 0


def change_in_points(now: float, before: float | None) -> int | None:
    """By how many points of 100 a chance has changed, as both stand on a page: 58% and 62% are four."""
    return None if before is None else round(100 * now) - round(100 * before)


def last_touch(deal: Deal) -> datetime:
    touched: datetime = deal.touched_at or deal.created_at
    return touched


def address_with(state: ListState, *conditions: Condition) -> str:
    """The board with these conditions beside its own."""
    parts = [*state.parameters(), *(to_parameter(condition) for condition in conditions)]
    return state.query_with_parts(dict.fromkeys(parts))
