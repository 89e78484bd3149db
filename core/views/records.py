"""What every kind of record shows beside its list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core import permissions
from core.conditions import Viewpoint
from core.lists.cells import LIST, lines_of, with_columns
from core.lists.preview import happened_lately, preview_columns
from core.pages import render_page
from core.permissions import signed_in
from core.views.list_tools import list_for


@signed_in
def record_preview(request: HttpRequest, record_type: str, pk: int) -> HttpResponse:
    """A record in short, in the panel beside its list; a page of its own without scripts."""
    user = permissions.user_of(request)
    definition = list_for(user, record_type)
    view = Viewpoint(user, timezone.localtime())
    columns = preview_columns(definition, view)
    rows = permissions.visible_rows(definition.kind.model, user)
    row = get_object_or_404(with_columns(rows, columns, definition.related), pk=pk)
    line = lines_of([row], columns, view, request.GET.get(LIST))[0]
    context = {
        "list": definition,
        "line": line,
        "facts": [cell for cell in line.cells[1:] if cell.value not in (None, "", [])],
        "actions": definition.actions(row, view.access),
        "address": request.GET.get(LIST, ""),
        "happened": happened_lately(definition.kind, row, view),
    }
    return render_page(request, "core/list/preview.html", context, parts={"preview": "preview"})
