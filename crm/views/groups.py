"""Groups: page, create, change."""

from django.http import HttpRequest, HttpResponse

from core.pages.records import create_page, detail_page, edit_page
from core.permissions import requires
from crm.views.timeline import timeline_context


@requires("crm.group.view")
def group_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, "crm.group", pk, timeline=timeline_context)


@requires("crm.group.create")
def group_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, "crm.group")


@requires("crm.group.edit")
def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, "crm.group", pk)
