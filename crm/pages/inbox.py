"""Whose new leads the list shows: a choice beside its title."""

from typing import Any

from django.urls import reverse
from django.utils.translation import pgettext

from core.lists import ListState
from crm.queries.inbox import OWNERS, is_inbox


def whose_inbox(state: ListState) -> list[dict[str, Any]]:
    """All, mine, my team's, nobody's: offered while the list shows the inbox."""
    parts = [part.parameter for part in state.parts]
    if not is_inbox(state) or not state.access.sees("crm.lead.owner"):
        return []
    others = [part for part in parts if part not in OWNERS.values()]
    words = {
        "": pgettext("new leads", "All"),
        "me": pgettext("new leads", "Mine"),
        "my_team": pgettext("new leads", "My team's"),
        "nobody": pgettext("new leads", "Nobody's"),
    }
    return [
        {
            "label": label,
            "url": _url(state, [*others, *([OWNERS[key]] if key else [])]),
            "is_current": OWNERS[key] in parts if key else len(others) == len(parts),
        }
        for key, label in words.items()
    ]


def _url(state: ListState, parts: list[str]) -> str:
    return f"{reverse(state.kind.list_url)}?{state.query_with_parts(parts)}"
