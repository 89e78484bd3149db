"""The funnel report as it is drawn: figures in words, each with the address of the deals behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.conditions import Condition, Criterion, Not, to_parameter
from core.models import Team, User
from core.permissions import visible_rows
from core.phrases import money, number, percent, signed
from crm.choices import seeded_label
from crm.methods.funnel import DealFigures, StageFigures
from crm.models import Pipeline, Product, Stage
from crm.queries.closing import words_of_lost
from crm.queries.funnel import Figures, FunnelQuery, Grouped

MOST_ROWS = 30
ENOUGH = 5  # deals that left a stage, before a change of its share is called a fall
GROUP_LABELS: dict[str, Promise] = {
    "team": gettext_lazy("Team"),
    "owner": gettext_lazy("Owner"),
    "source": gettext_lazy("Source"),
    "products": gettext_lazy("Product"),
    "pipeline": gettext_lazy("Pipeline"),
}
WON, LOST = Criterion("status", "is", ["won"]), Criterion("status", "is", ["lost"])
CLOSED = Criterion("status", "is", ["won", "lost"])


@dataclass(frozen=True)
class StageRow:
    """A stage with what happened in it, in both times."""

    stage: Stage
    now: StageFigures
    before: StageFigures
    goes_on: bool  # whether there is a stage behind it

    @property
    def change(self) -> float | None:
        """Of the share that went on, in percentage points."""
        if self.now.rate is None or self.before.rate is None:
            return None
        return (self.now.rate - self.before.rate) * 100

    @property
    def is_sure(self) -> bool:
        return min(self.now.left, self.before.left) >= ENOUGH


class FunnelReport:
    """One question with its answer."""

    def __init__(
        self,
        query: FunnelQuery,
        figures: Figures,
        currency: str,
        known: Mapping[str, Mapping[int, str]] | None = None,
    ) -> None:
        self.query, self.figures, self.currency = query, figures, currency
        self.known = known or {}
        self.sees = query.view.access.sees
        self.period = query.period

    @property
    def sees_amount(self) -> bool:
        return self.sees("crm.deal.amount")

    @property
    def sees_begin(self) -> bool:
        return self.sees("crm.deal.created")

    # -- the deals behind a figure ---------------------------------------------------------------

    def address(self, *conditions: Condition) -> str:
        """The list of deals that meet these conditions and those of the report."""
        parts = [to_parameter(part) for part in (*self.query.conditions, *conditions)]
        return f"{reverse('deal_list')}?{urlencode({'if': parts}, doseq=True)}"

    @property
    def here(self) -> Criterion:
        return Criterion("pipeline", "is", [self.query.pipeline.pk])

    def of_stage(self, stage: Stage) -> dict[str, str]:
        """The lists of the deals that entered a stage, left it, went on, were lost."""
        course, happened = self.query.course, self.period.happened
        left = happened("stage_left", stage.pk)
        after = sorted(course.after(stage.pk)) if stage.pk in course.stages else []
        lists = {"entered": self.address(happened("stage_entered", stage.pk))}
        if not after:
            return lists
        went_on = happened("stage_entered", *after)
        lists |= {"left": self.address(left), "went_on": self.address(left, went_on)}
        if course.lost:
            lost = happened("stage_entered", *course.lost)
            lists["lost"] = self.address(left, lost, Not(went_on))
        return lists

    # -- stages ----------------------------------------------------------------------------------

    @cached_property
    def rows(self) -> list[StageRow]:
        """The stages in their order; lost ones have a card of their own."""
        now, before = self.figures.stages
        course = self.query.course
        return [
            StageRow(stage, now[stage.pk], before[stage.pk], bool(course.after(stage.pk)))
            for stage in self.query.stages
            if stage.pk in course.stages
        ]

    @property
    def is_empty(self) -> bool:
        now = self.figures.total[0]
        return not (now.new or now.closed or any(row.now.entered for row in self.rows))

    def bars(self) -> list[dict[str, Any]]:
        most = max((row.now.entered for row in self.rows), default=0)
        return [
            {
                "label": str(row.stage),
                "url": self.of_stage(row.stage)["entered"],
                "width": _width(row.now.entered, most),
                "entered": row.now.entered,
                "rate": percent(row.now.rate, 1) if row.now.rate is not None else "",
                **points(row.change),
            }
            for row in self.rows
        ]

    def stages(self) -> list[dict[str, Any]]:
        return [
            {
                "label": str(row.stage),
                "urls": self.of_stage(row.stage),
                "now": row.now,
                "goes_on": row.goes_on,
                "rate": percent(row.now.rate, 1),
                "median": days(row.now.median),
                "slowest": days(row.now.slowest),
                **points(row.change),
            }
            for row in self.rows
        ]

    def weakest(self) -> str:
        """The stage whose share fell most, in a sentence; nothing where nothing surely fell."""
        fallen = [row for row in self.rows if row.is_sure and (row.change or 0) <= -1]
        if not fallen:
            return ""
        row = min(fallen, key=lambda each: each.change or 0)
        words = {"stage": str(row.stage), "points": number(abs(row.change or 0), 1)}
        return _("From %(stage)s, %(points)s points fewer went on than before.") % words

    # -- figures ---------------------------------------------------------------------------------

    def kpis(self) -> list[dict[str, Any]]:
        now, before = self.figures.total
        closed = self.period.criterion("closed")
        items = [self._won(now, before, closed), self._rate(now, before, closed)]
        items.append(
            {
                "label": _("Lost"),
                "value": number(now.lost),
                **_more(now.lost, before.lost, is_good=False),
                "url": self.address(self.here, LOST, closed),
            }
        )
        items.append(self._cycle(now, before, closed))
        new = {
            "label": _("New deals"),
            "value": number(now.new),
            **_more(now.new, before.new),
            "url": self.address(self.here, self.period.criterion("created")),
        }
        return [new, *items]

    def _won(self, now: DealFigures, before: DealFigures, closed: Criterion) -> dict[str, Any]:
        deals = {
            "label": _("Won"),
            "value": number(now.won),
            **_more(now.won, before.won),
            "url": self.address(self.here, WON, closed),
        }
        if self.sees_amount:
            deals["unit"] = money(round(now.amount), self.currency)
        return deals

    def _rate(self, now: DealFigures, before: DealFigures, closed: Criterion) -> dict[str, Any]:
        change = None
        if now.win_rate is not None and before.win_rate is not None:
            change = (now.win_rate - before.win_rate) * 100
        return {
            "label": _("Win rate"),
            "value": percent(now.win_rate, 1),
            **points(change),
            "note": _("of all closed deals"),
            "url": self.address(self.here, CLOSED, closed),
        }

    def _cycle(self, now: DealFigures, before: DealFigures, closed: Criterion) -> dict[str, Any]:
        """From the beginning of a deal to its end."""
        figure = {
            "label": _("Sales cycle, median"),
            "value": days(now.median),
            "unit": _("days") if now.median is not None else "",
            "note": _("nine of ten within %(days)s") % {"days": days(now.slowest)},
            "url": self.address(self.here, CLOSED, closed),
        }
        if now.median is not None and before.median is not None:
            change = round(now.median - before.median)
            figure |= {"change": signed(change), "tone": _tone(-change)}
        return figure

    # -- why ------------------------------------------------------------------------------------

    def reasons(self) -> list[dict[str, Any]]:
        """Why deals were lost, the most frequent reason first."""
        if not self.sees("crm.deal.lost_reason"):
            return []
        closed = self.period.criterion("closed")
        found = _ranked(self.figures.reasons, lambda each: each.lost)
        most = max((each.lost for _reason, each in found), default=0)
        total = self.figures.total[0].lost
        return [
            {
                "label": seeded_label(reason) or _("No reason given"),
                "lost": each.lost,
                "width": _width(each.lost, most),
                "share": percent(each.lost / total if total else None),
                "amount": money(round(each.lost_amount), self.currency) if self.sees_amount else "",
                "url": self.address(self.here, LOST, closed, _lost_for(reason)),
            }
            for reason, each in found
        ]

    def competitors(self) -> list[dict[str, Any]]:
        """Against whom deals were closed, and how often they were won."""
        if not self.sees("crm.deal.competitor"):
            return []
        closed = self.period.criterion("closed")
        found = _ranked(self.figures.competitors, lambda each: each.closed)
        return [
            self._outcome(name, each, Criterion("competitor", "is", [pk]), closed)
            for (pk, name), each in found
        ]

    def _outcome(
        self, label: str, each: DealFigures, condition: Condition, closed: Criterion
    ) -> dict[str, Any]:
        return {
            "label": label,
            "figures": each,
            "rate": percent(each.win_rate, 1),
            "won_url": self.address(self.here, condition, WON, closed),
            "lost_url": self.address(self.here, condition, LOST, closed),
            "url": self.address(self.here, condition, CLOSED, closed),
        }

    # -- side by side ----------------------------------------------------------------------------

    def group_names(self) -> list[str]:
        """By what deals may be told apart."""
        names = [name for name in GROUP_LABELS if self.sees(f"crm.deal.{name}")]
        may_sell = self.query.view.access.may("crm.product.view")
        return [name for name in names if name != "products" or may_sell]

    def groups(self, name: str) -> list[dict[str, Any]]:
        """Teams, people, sources, products or pipelines side by side."""
        now, before = self.figures.groups[name]
        ranked = _ranked(now, lambda each: (each.closed, each.new))
        labels = self._labels(name, [key for key, _each in ranked])
        rows = []
        for key, each in ranked:
            if key is None or key == "" or key in labels:
                label = labels.get(key) or NOBODY[name]
                rows.append(self._group(str(label), name, key, each, before.get(key)))
        return rows

    def _group(
        self, label: str, name: str, key: Any, each: DealFigures, before: DealFigures | None
    ) -> dict[str, Any]:
        condition = _named(name, key)
        closed, created = self.period.criterion("closed"), self.period.criterion("created")
        here = () if name == "pipeline" else (self.here,)
        change = None
        if before is not None and each.win_rate is not None and before.win_rate is not None:
            change = (each.win_rate - before.win_rate) * 100
        return {
            "label": label,
            "narrow": to_parameter(condition) if name != "pipeline" else "",
            "pipeline": key if name == "pipeline" else "",
            "figures": each,
            "rate": percent(each.win_rate, 1),
            **points(change),
            "amount": money(round(each.amount), self.currency) if self.sees_amount else "",
            "median": days(each.median),
            "new_url": self.address(*here, condition, created),
            "won_url": self.address(*here, condition, WON, closed),
            "lost_url": self.address(*here, condition, LOST, closed),
            "url": self.address(*here, condition, CLOSED, closed),
        }

    def _labels(self, name: str, keys: Sequence[Any]) -> Mapping[Any, str]:
        """What the groups are called; of products those that may be seen."""
        if name == "source":
            return {key: key for key in keys if key}
        known = self.known.get(name, {})
        unknown = [key for key in keys if key is not None and key not in known]
        return {**known, **(self._read_labels(name, unknown) if unknown else {})}

    def _read_labels(self, name: str, keys: Sequence[int]) -> Mapping[Any, str]:
        rows: Any
        if name == "owner":
            rows = User.objects.filter(pk__in=keys)
            return {row.pk: row.display_name for row in rows}
        if name == "products":
            rows = visible_rows(Product, self.query.view.user).filter(pk__in=keys)
            access = self.query.view.access
            return {row.pk: row.name_for(access) for row in rows}
        model: Any = Team if name == "team" else Pipeline
        return {row.pk: str(row) for row in model.objects.filter(pk__in=keys)}


NOBODY: dict[str, Promise] = {
    "team": gettext_lazy("No team"),
    "owner": gettext_lazy("Nobody"),
    "source": gettext_lazy("No source"),
    "products": gettext_lazy("No product"),
    "pipeline": gettext_lazy("No pipeline"),
}


def _ranked(grouped: Grouped, size: Any) -> list[tuple[Any, DealFigures]]:
    """The largest first, as many as a page shows."""
    found = sorted(grouped.items(), key=lambda item: str(item[0]))
    return sorted(found, key=lambda item: size(item[1]), reverse=True)[:MOST_ROWS]


def _named(field: str, value: Any) -> Criterion:
    if value is None or value == "":
        return Criterion(field, "empty")
    return Criterion(field, "has_any" if field == "products" else "is", [value])


def _lost_for(reason: str) -> Criterion:
    """Deals of a reason, in whichever language it was said."""
    return (
        Criterion("lost_reason", "is", words_of_lost(reason))
        if reason
        else _named("lost_reason", "")
    )


def _width(part: int, whole: int) -> str:
    """The class of a bar: at least a line where there is anything."""
    return f"w-{max(1, round(100 * part / whole))}" if part and whole else "w-0"


def days(value: float | None) -> str:
    """Days as people read them; short times to a tenth."""
    return number(value, 0 if value is None or value >= 10 else 1)


def points(change: float | None) -> dict[str, str]:
    """A change in percentage points with its tone."""
    if change is None:
        return {}
    text = pgettext("percentage points", "%(points)s pts") % {"points": signed(change)}
    return {"change": text, "tone": _tone(round(change, 1))}


def _more(now: int, before: int, *, is_good: bool = True) -> dict[str, str]:
    """How many more than before, in percent."""
    told = {"note": _("%(number)s before") % {"number": number(before)}}
    if before:
        change = (now - before) / before * 100
        told |= {"change": f"{signed(change)}%", "tone": _tone(change if is_good else -change)}
    return told


def _tone(change: float) -> str:
    return "up" if change > 0 else "down" if change < 0 else ""
