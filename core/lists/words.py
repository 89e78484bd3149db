"""What a list shows, in words: its rows, their order, its columns."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.conditions import sentence
from core.lists.state import ListState


def described(state: ListState) -> list[tuple[str, Any]]:
    """What a saved view keeps of the list."""
    order = _order(state)
    columns = pgettext("between names", ", ").join(str(column.label) for column in state.columns)
    lines = [(_("Shows"), _rows(state)), (_("Columns"), columns)]
    return [*lines[:1], (_("Sorted by"), order), *lines[1:]] if order else lines


def _rows(state: ListState) -> str:
    """All records, or those of which the conditions are true."""
    if state.is_blocked:
        return _("This view filters by something that you may not see, so it shows no rows.")
    parts = state.condition.parts
    if parts:
        asked = parts[0] if len(parts) == 1 else state.condition
        return sentence(asked, state.kind, state.view)
    return _("All %(records)s") % {"records": str(state.kind.plural).lower()}


def _order(state: ListState) -> str:
    if state.sort is None:
        return ""
    pattern = _("%(field)s, descending") if state.is_descending else _("%(field)s, ascending")
    return pattern % {"field": state.sort.label}
