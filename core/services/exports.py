"""Exporting lists: who may, what, and the trace it leaves."""

from datetime import datetime

from django.utils.translation import gettext as _

from core import audit, permissions
from core.conditions import sentence
from core.errors import Refused
from core.exports.sheets import Sheet
from core.lists.selection import Selection
from core.lists.state import ListState
from core.models import User
from core.values import grouped

MOST_XLSX_ROWS = 100_000


def prepare_export(
    *, state: ListState, selection: Selection, form: str, by: User, has_numbers: bool = False
) -> Sheet:
    """The sheet of a selection in the columns and order of a list; noted in the audit trail.

    With the numbers of the records the file can be changed and imported again.

    Only rows that the right to export reaches are in it, only fields that the user may see.
    """
    kind = state.kind
    permissions.require(by, f"{kind.key}.export")
    rows = selection.rows(by).filter(permissions.row_condition(kind.model, by, "export"))
    sheet = Sheet.of(state, rows, has_numbers=has_numbers)
    if form == "xlsx" and len(sheet) > MOST_XLSX_ROWS:
        raise Refused(
            _("An Excel file takes up to %(most)s rows here. Export as CSV instead.")
            % {"most": grouped(MOST_XLSX_ROWS)}
        )
    if not len(sheet):
        raise Refused(_("There is nothing to export."))
    audit.record(
        actor=by,
        action="export",
        object_type=kind.key,
        changes={
            "rows": (None, len(sheet)),
            "columns": (None, [column.key for column in state.columns]),
            "form": (None, form),
            "conditions": (None, _said(state, selection)),
        },
    )
    return sheet


def _said(state: ListState, selection: Selection) -> str:
    """Which rows were asked for, as whoever exports them reads it."""
    if selection.address is None:
        return _("Chosen rows")
    said = [sentence(state.condition, state.kind, state.view)] if state.parts else []
    said += [_("Search: %(words)s") % {"words": state.search}] if state.search else []
    return "; ".join(said) or _("All rows")


def file_name(state: ListState, form: str, at: datetime) -> str:
    """Named after the list, or the view that is open, and the day."""
    title = state.saved.label if state.saved else state.definition.title
    return f"{title} {at:%Y-%m-%d}.{form}"
