"""Values that the lists of marketing draw in their own way."""

from typing import Any

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from core.lists.cells import Cell, Line
from core.records import Pill
from core.templatetags.ui import pill
from marketing.choices import CampaignState
from marketing.models import Campaign

TONES = {
    CampaignState.DRAFT: "",
    CampaignState.APPROVAL: "warn",
    CampaignState.SCHEDULED: "violet",
    CampaignState.SENDING: "accent",
    CampaignState.PAUSED: "warn",
    CampaignState.SENT: "ok",
    CampaignState.CANCELLED: "",
}


def name(_cell: Cell, line: Line) -> SafeString:
    """With its colour, and a word where it is archived."""
    dot = format_html('<i class="dot d-{}" aria-hidden="true"></i>', line.row.hue or "c8")
    put_away = pill(pgettext("segment", "Archived"), "warn") if line.row.archived_at else ""
    return format_html(
        '<span class="who">{}<a class="name el" href="{}">{}</a>{}</span>',
        dot,
        line.url,
        line.name,
        put_away,
    )


def kind(cell: Cell, line: Line) -> SafeString:
    return pill(cell.value, "accent" if line.row.is_dynamic else "line", dot=line.row.is_dynamic)


def state_pill(campaign: Campaign) -> Pill:
    """The state, and since when where it is over."""
    state = CampaignState(campaign.state)
    label: Any = state.label
    moment = campaign.finished_at if state == CampaignState.SENT else None
    if moment is not None:
        label = f"{label} {date_format(moment, 'DATE_FORMAT')}"
    return Pill(label, TONES[state], has_dot=True)


def campaign_state(_cell: Cell, line: Line) -> SafeString:
    told = state_pill(line.row)
    return pill(told.label, told.tone, dot=True)
