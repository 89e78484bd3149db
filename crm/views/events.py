"""Events: page, create, change."""

from django.http import HttpRequest, HttpResponse

from core.pages.records import create_page, detail_page, edit_page
from core.permissions import requires
from crm.views.timeline import timeline_context


@requires("crm.event.view")
def event_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, "crm.event", pk, timeline=timeline_context)


@requires("crm.event.create")
def event_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, "crm.event")


@requires("crm.event.edit")
def event_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, "crm.event", pk)
