"""Deals as cards of a board: drawn by functions, because a board has more than a hundred of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import permissions
from core.conditions.viewpoint import Viewpoint
from core.fields.texts import amount_text
from core.lists.cells import A_NUMBER, Cell, Line
from core.lists.drawing import ABSENT, drawn
from core.phrases import signed
from core.templatetags.ui import av, icon, meter, pill
from crm.choices import ForecastCategory, StageKind
from crm.models import Deal, Stage
from crm.queries.boards import change_in_points, days_here, is_slow, is_stuck, last_touch

PLACED = ("name", "company", "amount", "close", "win_chance", "owner", "next_step", "stage")
LIKELY, UNLIKELY = 66, 34  # where the meter changes its colour
NEW_DAYS = 3
NOTHING = SafeString("")


@dataclass(frozen=True)
class Drawer:
    """Draws cards for one person."""

    view: Viewpoint

    @property
    def now(self) -> datetime:
        return self.view.now

    @cached_property
    def may_move(self) -> bool:
        return self.view.access.edits("crm.deal.stage")

    @cached_property
    def _around(self) -> tuple[str, str]:
        """The address of moving a deal, around its number: it is looked up once."""
        before, _number, after = reverse("deal_move", args=[A_NUMBER]).partition(str(A_NUMBER))
        return before, after

    def cards(self, lines: Sequence[Line], stage: Stage) -> SafeString:
        return SafeString("".join(self.card(line, stage) for line in lines))

    def card(self, line: Line, stage: Stage, *, is_swapped: bool = False) -> SafeString:
        """One card; `is_swapped` when it takes the place of the one that is there."""
        cells = {cell.column.key: cell for cell in line.cells}
        deal = line.row
        before, after = self._around
        may_move = self.may_move and permissions.reaches(Deal, self.view.user, deal, "edit")
        move = f"{before}{deal.pk}{after}" if may_move else ""
        swap = ' hx-swap-oob="true"' if is_swapped else ""
        # Put together by hand: a board has a hundred cards, and each piece is safe already.
        return SafeString(
            f'<li class="kb-card{"" if move else " kb-fixed"}" id="deal-{deal.pk}" '
            f'data-deal="{deal.pk}" data-stage="{stage.pk}" data-move="{move}"{swap}>'
            f'<div class="row"><a class="name fb el grow" href="{escape(line.url)}" '
            f'title="{escape(line.name)}" draggable="false">{escape(line.name)}</a>{self._flag(deal, stage)}</div>'
            f"{_mover(move, line.name)}{_company(cells, deal)}"
            f"{_worth(cells, deal, self.now.date())}{self._chance(cells, deal, stage)}{_rest(line)}</li>"
        )

    def _flag(self, deal: Deal, stage: Stage) -> SafeString:
        """What is most worth knowing of a deal, in one word."""
        if stage.kind == StageKind.WON:
            return pill(StageKind.WON.label, "ok", "check")
        if stage.kind == StageKind.LOST:
            return pill(StageKind.LOST.label, "", "x")
        sees = self.view.access.sees
        if sees("crm.deal.touched") and is_stuck(deal, stage, self.now):
            days = (self.now - last_touch(deal)).days
            return pill(_("%(days)s d idle") % {"days": days}, "bad", "hourglass")
        if sees("crm.deal.stage_entered") and is_slow(deal, stage, self.now):
            days = days_here(deal, self.now)
            return pill(_("%(days)s d here") % {"days": days}, "warn", "hourglass")
        if sees("crm.deal.forecast_category") and deal.forecast_category in PROMISED:
            label = ForecastCategory(deal.forecast_category).label
            return pill(label, PROMISED[ForecastCategory(deal.forecast_category)])
        if sees("crm.deal.created") and (self.now - deal.created_at).days < NEW_DAYS:
            return pill(_("New"), "accent")
        return NOTHING

    def _chance(self, cells: Mapping[str, Cell], deal: Deal, stage: Stage) -> str:
        """How likely the deal is and how that has changed, and whose it is.

        Without the model's chance it is that of whoever sells the deal, else that of its stage.
        """
        if stage.kind != StageKind.OPEN:
            return ""
        owner, language = _owner(cells), get_language() or ""
        if _has_outlook(cells):
            shown = _outlook_drawn(*_in_points(deal.outlook), language)
        elif "win_chance" in cells or "probability" in cells:
            chance = stage.probability if deal.probability is None else deal.probability
            shown = _chance_drawn(chance, _("Chance %(chance)s%%") % {"chance": chance})
        else:
            return f'<div class="row mt-2"><span class="grow"></span>{owner}</div>' if owner else ""
        return f'<div class="row mt-2">{shown}{owner}</div>'


def _has_outlook(cells: Mapping[str, Cell]) -> bool:
    return "win_chance" in cells and cells["win_chance"].value is not None


def _in_points(outlook: Any) -> tuple[int, int, int, int | None]:
    """The chance, its range and its change in a week, in points of 100."""
    chance, low, high = (
        round(100 * value) for value in (outlook.probability, outlook.low, outlook.high)
    )
    return chance, low, high, change_in_points(outlook.probability, outlook.earlier_probability)


@lru_cache(maxsize=4096)
def _outlook_drawn(
    chance: int, low: int, high: int, change: int | None, _language: str
) -> SafeString:
    """The model's chance; its range is told on hover."""
    words = _("Win probability %(chance)s%%, range %(low)s%% to %(high)s%%")
    label = words % {"chance": chance, "low": low, "high": high}
    return _chance_drawn(chance, label) + _change_drawn(change)


def _change_drawn(change: int | None) -> SafeString:
    if change is None:
        return NOTHING
    tone = "up" if change > 0 else "down" if change < 0 else "t3"
    said = signed(change, 0) if change else "0"
    words = _("%(change)s points in 7 days") % {"change": said}
    return format_html('<span class="sm tn {}" title="{}">{}</span>', tone, words, said)


@lru_cache(maxsize=4096)
def _chance_drawn(chance: int, label: str) -> SafeString:
    tone = "m-ok" if chance >= LIKELY else "m-low" if chance < UNLIKELY else ""
    return format_html(
        '<span class="grow">{}</span><span class="sm fm tn w-prob" title="{}">{}%</span>',
        meter(chance, tone, label),
        label,
        chance,
    )


PROMISED = {ForecastCategory.COMMIT: "ok", ForecastCategory.BEST_CASE: "violet"}


def _mover(move: str, name: str) -> str:
    """The way to move a deal without dragging it."""
    if not move:
        return ""
    label = escape(_("Move %(name)s to another stage") % {"name": name})
    return (
        f'<a class="btn btn-quiet btn-icon btn-xs kb-mover" href="{move}" hx-get="{move}" '
        f'hx-target="#list-dialog" hx-include="#board-address" draggable="false" '
        f'aria-label="{label}">{icon("dots", "i-14")}</a>'
    )


def _company(cells: Mapping[str, Cell], deal: Deal) -> str:
    """The company; on a closed deal, which has no line for the chance, also whose it is."""
    linked = cells["company"].value if "company" in cells else None
    owner = "" if deal.status == StageKind.OPEN else _owner(cells)
    if linked is None and not owner:
        return ""
    named = (
        f'{av(linked.name, "av-16", True)}<span class="el grow">{escape(linked.name)}</span>'
        if linked
        else '<span class="grow"></span>'
    )
    return f'<div class="row sm t2 mt-1">{named}{owner}</div>'


def _worth(cells: Mapping[str, Cell], deal: Deal, today: date) -> str:
    """The value, and when the deal is expected to close or was closed."""
    amount, close = cells.get("amount"), cells.get("close")
    parts = []
    if amount is not None and amount.value is not None:
        worth = amount_text(amount.value, amount.currency)
        parts.append(f'<span class="fb tn">{escape(worth)}</span>')
    if close is not None and (day := _day(deal, close.value)) is not None:
        parts.append(_day_drawn(day, deal, today))
    return f'<div class="row mt-2">{"".join(parts)}</div>' if parts else ""


def _day_drawn(day: date, deal: Deal, today: date) -> str:
    is_overdue = deal.status == StageKind.OPEN and day < today
    layout = "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT"
    css = "overdue" if is_overdue else "t3"
    title = f' title="{escape(_("Expected close is over"))}"' if is_overdue else ""
    shown = escape(formats.date_format(day, layout))
    return f'<time class="sm {css} end tn" datetime="{day.isoformat()}"{title}>{shown}</time>'


def _day(deal: Deal, expected: date | None) -> date | None:
    if deal.status != StageKind.OPEN and deal.closed_at is not None:
        return timezone.localtime(deal.closed_at).date()
    return expected


def _owner(cells: Mapping[str, Cell]) -> str:
    name = cells["owner"].value if "owner" in cells else ""
    if not name:
        return ""
    said = escape(name)
    return f'<span title="{said}">{av(name, "av-16")}<span class="vh">{said}</span></span>'


def _rest(line: Line) -> str:
    """The fields that somebody chose beside the usual ones, then the next step."""
    others = "".join(
        f'<div class="row sm mt-1"><span class="t3">{escape(cell.column.label)}</span>'
        f'<span class="el end">{drawn(cell, line)}</span></div>'
        for cell in _others(line)
    )
    step = next((cell.value for cell in line.cells if cell.column.key == "next_step"), "")
    if not step or line.row.status != StageKind.OPEN:
        return others
    return (
        f'{others}<div class="kb-next">{icon("arrow-right", "i-14")}'
        f'<span class="el">{escape(step)}</span></div>'
    )


def _others(line: Line) -> Iterator[Cell]:
    """What has no place of its own; the chance that people say, where the model's has taken its place."""
    cells = {cell.column.key: cell for cell in line.cells}
    placed = PLACED if _has_outlook(cells) else (*PLACED, "probability")
    for key, cell in cells.items():
        if key not in placed and cell.value not in ABSENT:
            yield cell
