"""Values that the list of segments draws in its own way."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from core.lists.cells import Cell, Line
from core.templatetags.ui import pill


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
