"""What changes a list: its filters, columns and order."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core.conditions import to_parameter
from core.errors import Refused
from core.lists import ListState
from core.lists.columns import MOST_COLUMNS, columns_of
from core.lists.definition import NAME
from core.lists.filters import Group, Place, Question, groups_of
from core.lists.parts import said_of
from core.lists.state import COLUMNS, SORT
from core.pages import UNPROCESSABLE
from core.permissions import signed_in
from core.views.list_tools import render_tool, state_of, to_list


def _list_url(state: ListState, query: str) -> str:
    return f"{reverse(state.kind.list_url)}?{query}"


def _tool_url(name: str, state: ListState) -> str:
    return f"{reverse(name, args=[state.kind.key])}?{state.query_with()}"


# -- filters -----------------------------------------------------------------------------------


@signed_in
def list_filter(request: HttpRequest, record_type: str) -> HttpResponse:
    """Choose a field, then say what has to be true of it."""
    state = state_of(request, record_type)
    place = _place(request, state)
    test = place.chosen
    question = Question(state.kind, state.view, request.GET, test)
    if not question.name:
        return _choose(request, state, place)
    if "apply" not in request.GET:
        return _ask(request, state, place, question)
    try:
        answer = place.with_answer(question.answer())
    except Refused as refusal:
        return _ask(request, state, place, question, str(refusal))
    return to_list(request, _list_url(state, _query_with(state, place, to_parameter(answer))))


def _place(request: HttpRequest, state: ListState) -> Place:
    part = _small(request.GET.get("part", ""))
    conditions = [part.condition for part in state.parts]
    found = Place(conditions, part)
    is_negated = "negated" in request.GET if "apply" in request.GET else found.starts_negated
    is_alternative = "also" in request.GET
    test = _small(request.GET.get("test", ""))
    if test is None and not is_alternative and len(found.tests) == 1:
        test = 0
    return Place(conditions, part, test, is_alternative, is_negated)


def _small(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None


def _query_with(state: ListState, place: Place, parameter: str) -> str:
    parameters = [part.parameter for part in state.parts]
    if place.part is not None and place.part < len(parameters):
        parameters[place.part] = parameter
    else:
        parameters.append(parameter)
    return state.query_with_parts(parameters)


def _choose(request: HttpRequest, state: ListState, place: Place) -> HttpResponse:
    """The fields; above them the alternatives that the condition has already."""
    suffix = f"&part={place.part}" if place.part is not None else ""
    suffix += "&also=1" if place.is_alternative else ""
    url = _tool_url("list_filter", state) + suffix
    context: dict[str, Any] = {
        "groups": groups_of(state.kind, state.view),
        "field_url": f"{url}&field=",
        "back": _list_url(state, state.query_with()),
    }
    if place.tests and not place.is_alternative:
        return _alternatives(request, state, place)
    return render_tool(request, _("Filter by"), "core/list/fields.html", context)


def _alternatives(request: HttpRequest, state: ListState, place: Place) -> HttpResponse:
    """The tests of one chip, each to change or to take away."""
    url = f"{_tool_url('list_filter', state)}&part={place.part}"
    entries = []
    for number, test in enumerate(place.tests):
        rest = [other for other in place.tests if other is not test]
        query = _query_with(state, place, to_parameter(place.joined(rest)))
        entries.append(
            {
                "said": said_of(test, state.kind, state.view),
                "edit": f"{url}&test={number}",
                "remove": _list_url(state, query),
            }
        )
    context = {"entries": entries, "also": f"{url}&also=1", "back": _list_url(state, "")}
    return render_tool(request, _("One of these"), "core/list/alternatives.html", context)


def _ask(
    request: HttpRequest, state: ListState, place: Place, question: Question, refusal: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "action": reverse("list_filter", args=[state.kind.key]),
        "state": state,
        "place": place,
        "question": question,
        "refusal": refusal,
        "back": _tool_url("list_filter", state),
        "also": f"{_tool_url('list_filter', state)}&part={place.part}&also=1",
    }
    try:
        title = question.label
        if not question.is_happened:
            context["control"] = question.control
    except Refused as unknown:
        return _choose_again(request, state, str(unknown))
    status = UNPROCESSABLE if refusal else 200
    return render_tool(request, title, "core/list/value.html", context, status=status)


def _choose_again(request: HttpRequest, state: ListState, refusal: str) -> HttpResponse:
    context = {
        "groups": groups_of(state.kind, state.view),
        "field_url": f"{_tool_url('list_filter', state)}&field=",
        "back": _list_url(state, state.query_with()),
        "refusal": refusal,
    }
    title, content = _("Filter by"), "core/list/fields.html"
    return render_tool(request, title, content, context, status=UNPROCESSABLE)


# -- columns and order -------------------------------------------------------------------------


@signed_in
def list_columns(request: HttpRequest, record_type: str) -> HttpResponse:
    """Which columns, in which order; kept in the address and, when saved, in a view."""
    state = state_of(request, record_type)
    names = _chosen(request, state)
    if "apply" in request.GET:
        return to_list(request, _list_url(state, state.query_with(**{COLUMNS: ",".join(names)})))
    moved = request.GET.get("up", "") or request.GET.get("down", "")
    chosen = columns_of(state.definition, names, state.view)[1:]
    keys = {column.key for column in chosen}
    context = {
        "action": reverse("list_columns", args=[state.kind.key]),
        "state": state,
        "chosen": chosen,
        "moved": moved,
        "groups": [_without(group, keys) for group in groups_of(state.kind, state.view)],
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


def _without(group: Group, keys: set[str]) -> Group:
    left = [
        f for f in group.fields if f[0] not in {*keys, NAME} and not f[0].startswith("happened:")
    ]
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
