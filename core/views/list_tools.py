"""What opens beside a list: a dialog, or a page of its own without scripts."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core import permissions
from core.choices import RunState
from core.lists.definition import ListDefinition, lists
from core.lists.state import ListState
from core.models import User
from core.pages import is_by_htmx, target_of
from core.services.custom_field_indexes import ask_for_indexes
from core.tasks import wake

TOOL = "list-tool"


def list_for(user: User, record_type: str) -> ListDefinition:
    """The list of a record type; for who may see no such record there is none."""
    may_see = permissions.access_of(user).may(f"{record_type}.view")
    if record_type not in lists or not may_see:
        raise Http404
    return lists[record_type]


def state_of(request: HttpRequest, record_type: str) -> ListState:
    """The list that the address is about."""
    user = permissions.user_of(request)
    return ListState(list_for(user, record_type), user, request.GET)


def look_after_indexes(state: ListState) -> None:
    """A large table gets the index of a custom field when it is first filtered or sorted by it."""
    for run in ask_for_indexes(fields=state.custom_fields, as_of=state.view.now, by=None):
        if run.state == RunState.QUEUED:
            wake(run.pk)


def render_tool(
    request: HttpRequest,
    title: Any,
    content: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    css: str = "",
) -> HttpResponse:
    """The content in a dialog for htmx, else on a page; alone for the form that is open there."""
    is_dialog = is_by_htmx(request)
    template = "core/list/dialog.html" if is_dialog else "core/list/tool.html"
    if target_of(request) == TOOL:
        template = content
    context = {"title": title, "content": content, "is_dialog": is_dialog, "css": css, **context}
    answer = render(request, template, context, status=status)
    answer["Vary"] = "HX-Request"
    return answer


def to_swapped_list(request: HttpRequest, url: str) -> HttpResponse:
    """Leave the dialog for the list, of which only the rows and what is above them change."""
    if is_by_htmx(request):
        place = json.dumps({"path": url, "target": "#list", "swap": "innerHTML"})
        return HttpResponse(status=204, headers={"HX-Location": place, "HX-Trigger": "answered"})
    return redirect(url)
