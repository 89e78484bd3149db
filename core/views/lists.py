"""What changes a list: its filters, columns and order."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.conditions import to_parameter
from core.errors import Refused
from core.filters.builder import Builder
from core.filters.drafts import ANY, Branch, Line, draft_from, draft_of
from core.filters.offered import HAPPENED, Group, groups_of
from core.ids import number_in
from core.lists import ListState
from core.lists.columns import MOST_COLUMNS, columns_of
from core.lists.definition import NAME
from core.lists.state import COLUMNS, SORT
from core.lists.told import offered_by, told_columns
from core.pages import UNPROCESSABLE, target_of
from core.permissions import signed_in
from core.views.list_tools import render_tool, state_of, to_swapped_list

READS = "list-reads"
TOLD_ICON = "shield-check"


def _list_url(state: ListState, query: str) -> str:
    return f"{reverse(state.kind.list_url)}?{query}"


def _tool_url(name: str, state: ListState) -> str:
    return f"{reverse(name, args=[state.kind.key])}?{state.query_with()}"


# -- filters -----------------------------------------------------------------------------------


@signed_in
def list_filter(request: HttpRequest, record_type: str) -> HttpResponse:
    """Choose a field, then say what has to be true: one test, or several in groups."""
    state = state_of(request, record_type)
    part = number_in(request.GET.get("part", ""), 999)
    draft = _draft(request, state, part)
    if draft is None:
        return _choose(request, state)
    is_applied = "apply" in request.GET
    is_fresh = "entry" not in request.GET
    builder = Builder(draft, state.kind, state.view, is_applied=is_applied, is_fresh=is_fresh)
    if not is_applied:
        return _ask(request, state, part, builder)
    try:
        parameter = to_parameter(builder.answer())
    except Refused as refusal:
        return _ask(request, state, part, builder, str(refusal))
    return to_swapped_list(request, _list_url(state, _query_with(state, part, parameter)))


def _draft(request: HttpRequest, state: ListState, part: int | None) -> Branch | None:
    """What the form holds, else the chip that is changed, else the field that was chosen."""
    if "entry" in request.GET:
        return draft_from(request.GET)
    if name := request.GET.get("field", ""):
        return Branch(ANY, (Line(name),))
    found = state.parts[part].condition if part is not None and part < len(state.parts) else None
    return draft_of(found, ANY) if found else None  # chips beside each other all hold


def _query_with(state: ListState, part: int | None, parameter: str) -> str:
    parameters = [each.parameter for each in state.parts]
    if part is not None and part < len(parameters):
        parameters[part] = parameter
    else:
        parameters.append(parameter)
    return state.query_with_parts(parameters)


def _choose(request: HttpRequest, state: ListState) -> HttpResponse:
    """The fields, with a line to find one."""
    context: dict[str, Any] = {
        "groups": groups_of(state.kind, state.view),
        "field_url": f"{_tool_url('list_filter', state)}&field=",
        "back": _list_url(state, state.query_with()),
    }
    return render_tool(request, _("Filter by"), "core/list/fields.html", context)


def _ask(
    request: HttpRequest, state: ListState, part: int | None, builder: Builder, refusal: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "action": reverse("list_filter", args=[state.kind.key]),
        "state": state,
        "part": part,
        "builder": builder,
        "refusal": refusal,
        "is_added": "add" in request.GET or "group" in request.GET,
        "is_dropped": "drop" in request.GET,
        "back": _list_url(state, state.query_with()),
    }
    if target_of(request) == READS:
        return render(request, "core/filter/reads.html", context)
    status = UNPROCESSABLE if refusal else 200
    content = "core/filter/builder.html"
    return render_tool(request, _("Filter"), content, context, status=status, css="dlg-wide")


# -- columns and order -------------------------------------------------------------------------


@signed_in
def list_columns(request: HttpRequest, record_type: str) -> HttpResponse:
    """Which columns, in which order; kept in the address and, when saved, in a view."""
    state = state_of(request, record_type)
    names = _chosen(request, state)
    if "apply" in request.GET:
        return to_swapped_list(
            request, _list_url(state, state.query_with(**{COLUMNS: ",".join(names)}))
        )
    moved = request.GET.get("up", "") or request.GET.get("down", "")
    chosen = columns_of(state.definition, names, state.view)[1:]
    keys = {column.key for column in chosen}
    context = {
        "action": reverse("list_columns", args=[state.kind.key]),
        "state": state,
        "chosen": chosen,
        "moved": moved,
        "groups": [_without(group, keys) for group in _groups(state)],
        "usual": _list_url(state, state.query_with(**{COLUMNS: ""})),
        "back": _list_url(state, state.query_with()),
        "most": MOST_COLUMNS,
    }
    return render_tool(request, _("Columns"), "core/list/columns.html", context)


def _chosen(request: HttpRequest, state: ListState) -> list[str]:
    """The ticked columns, after a step up or down; those of the list before anything is ticked."""
    is_sent = "sent" in request.GET
    names = request.GET.getlist("column") if is_sent else list(state.column_names)
    for direction, step in (("up", -1), ("down", 1)):
        name = request.GET.get(direction, "")
        if name in names:
            place = names.index(name)
            names.insert(min(max(place + step, 0), len(names) - 1), names.pop(place))
    return names[:MOST_COLUMNS]


def _groups(state: ListState) -> list[Group]:
    """Fields, then what apps above tell."""
    told = [
        Group(each.label, [(name, label, TOLD_ICON) for name, label in offered.items()])
        for each in told_columns
        if state.kind.key in each.kinds and (offered := offered_by(each, state.view))
    ]
    return [*groups_of(state.kind, state.view), *told]


def _without(group: Group, keys: set[str]) -> Group:
    left = [f for f in group.fields if f[0] not in {*keys, NAME} and not f[0].startswith(HAPPENED)]
    return Group(group.label, left)


@signed_in
def list_sort(request: HttpRequest, record_type: str) -> HttpResponse:
    """Any field that the rows can be ordered by."""
    state = state_of(request, record_type)
    groups = [
        Group(group.label, [f for f in group.fields if state.sort_column(f[0])])
        for group in groups_of(state.kind, state.view)
    ]
    context = {
        "groups": [group for group in groups if group.fields],
        "field_url": f"{_list_url(state, state.query_with(**{SORT: ''}))}&{SORT}=",
        "is_link": True,
        "back": _list_url(state, state.query_with()),
    }
    return render_tool(request, _("Sort by"), "core/list/fields.html", context)
