"""Values that lists of sales draw in their own way."""

from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.fields.texts import amount_text
from core.lists.cells import Cell, Line
from core.phrases import hours_text, number, percent
from core.templatetags.ui import icon, pill, when
from core.templatetags.ui import score as score_bars
from crm.choices import Grade, LeadStatus, LifecycleStage, ResponseClock, StageKind
from crm.queries.timeline.activities import ICONS

STATUS_TONES = {
    LeadStatus.NEW: "accent",
    LeadStatus.WORKING: "warn",
    LeadStatus.QUALIFIED: "violet",
}
CLOCK_TONES = {ResponseClock.NEAR: "warn", ResponseClock.OVER: "bad"}
# Those of the bars of a score.
GRADE_TONES = {Grade.A: "ok", Grade.B: "accent", Grade.C: "warn"}
STAGE_TONES = {
    LifecycleStage.MQL: "accent",
    LifecycleStage.SQL: "violet",
    LifecycleStage.OPPORTUNITY: "violet",
    LifecycleStage.CUSTOMER: "ok",
    LifecycleStage.EVANGELIST: "ok",
}


def score(cell: Cell, line: Line) -> SafeString:
    """One that somebody set says so, and what the model says."""
    bars = score_bars(cell.value)
    found = getattr(line.row, "score", None)
    if found is None or found.hand_score is None:
        return bars
    words = (
        _("Set by hand; the model has not scored it yet.")
        if found.score is None
        else _("Set by hand; the model says %(score)s.") % {"score": found.score}
    )
    return format_html(
        '<span class="who"><span class="t3" role="img" title="{}" aria-label="{}">{}</span> {}</span>',
        words,
        words,
        icon("pencil", "i-14"),
        bars,
    )


def grade(cell: Cell, line: Line) -> SafeString:
    return pill(cell.value, GRADE_TONES.get(line.row.score.counted_grade, ""), dot=True)


def chance(cell: Cell, line: Line) -> SafeString:
    """It says its range on hover."""
    return _with_range(cell, line.row.score)


def _with_range(cell: Cell, found: Any) -> SafeString:
    words = _("Range %(low)s to %(high)s") % {
        "low": percent(found.low),
        "high": percent(found.high),
    }
    return format_html('<span title="{}">{}</span>', words, percent(cell.value))


def win_chance(cell: Cell, line: Line) -> SafeString:
    return _with_range(cell, line.row.outlook)


def value_ahead(cell: Cell, line: Line) -> SafeString:
    """In whole units: nobody foretells cents. It says its range on hover, where there is one."""
    found, shown = line.row.lifetime, amount_text(round(cell.value), cell.currency)
    if found.value_low is None or found.value_high is None:
        return escape(shown)
    words = _("Range %(low)s to %(high)s") % {
        "low": amount_text(round(found.value_low), cell.currency),
        "high": amount_text(round(found.value_high), cell.currency),
    }
    return format_html('<span title="{}">{}</span>', words, shown)


def whole_amount(cell: Cell, _line: Line) -> SafeString:
    return escape(amount_text(round(cell.value), cell.currency))


def one_digit(cell: Cell, _line: Line) -> SafeString:
    return escape(number(cell.value, 1))


def stale(cell: Cell, _line: Line) -> SafeString:
    return pill(cell.value, "warn", "hourglass") if cell.value else SafeString("")


def share(cell: Cell, _line: Line) -> SafeString:
    return format_html("{}", percent(cell.value))


def lead_status(cell: Cell, line: Line) -> SafeString:
    if line.row.status == LeadStatus.CONVERTED:
        return pill(cell.value, "ok", "check")
    return pill(cell.value, STATUS_TONES.get(line.row.status, ""), dot=True)


def waiting_since(cell: Cell, line: Line) -> SafeString:
    """Since when, in the colour of the target."""
    tone = CLOCK_TONES.get(line.row.clock, "")
    if not tone:
        return SafeString(f'<span class="t2">{when(cell.value)}</span>')
    words = line.row.get_clock_display()
    return format_html(
        '<span class="pill p-{}" title="{}">{}{}<span class="vh"> {}</span></span>',
        tone,
        words,
        icon("hourglass", "i-14"),
        when(cell.value),
        words,
    )


def response_clock(cell: Cell, line: Line) -> SafeString:
    return pill(cell.value, CLOCK_TONES.get(line.row.clock, ""), dot=True)


def working_hours(cell: Cell, _line: Line) -> SafeString:
    return escape(hours_text(cell.value))


def lifecycle_stage(cell: Cell, line: Line) -> SafeString:
    return pill(cell.value, STAGE_TONES.get(line.row.lifecycle_stage, ""), dot=True)


def model_segment(cell: Cell, line: Line) -> SafeString:
    """In the colour that the segment has on its page."""
    return segment_name(cell.value, line.row.segmented.segment.colour)


def company_segment(cell: Cell, line: Line) -> SafeString:
    return segment_name(cell.value, line.row.lifetime.segment.colour)


def segment_name(name: object, colour: int) -> SafeString:
    return format_html('<span class="who"><i class="seg-dot c-{}"></i>{}</span>', colour, name)


def rfm_cell(cell: Cell, line: Line) -> SafeString:
    """It says its fifths on hover."""
    found = line.row.segmented
    fifths = f"{found.recency}-{found.frequency}-{found.value}"
    return format_html('<span title="R-F-M {}">{}</span>', fifths, cell.value)


def life_stage(cell: Cell, line: Line) -> SafeString:
    """In the colour that the stage was given."""
    return pill(cell.value, line.row.life.stage.tone, dot=True)


def deal_stage(cell: Cell, line: Line) -> SafeString:
    """Where a deal stands, or how it ended."""
    if line.row.status == StageKind.OPEN:
        return pill(cell.value, "accent", dot=True)
    is_won = line.row.status == StageKind.WON
    return pill(cell.value, "ok" if is_won else "", "check" if is_won else "x")


def activity_kind(cell: Cell, line: Line) -> SafeString:
    sign = icon(ICONS[line.row.kind], "i-14")
    return format_html('<span class="who">{}{}</span>', sign, cell.value)
