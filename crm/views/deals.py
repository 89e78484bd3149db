"""Deals: page, create, change."""

from django.http import HttpRequest, HttpResponse

from core.pages.records import create_page, detail_page, edit_page
from core.permissions import requires
from crm.views.timeline import timeline_context


@requires("crm.deal.view")
def deal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, "crm.deal", pk, timeline=timeline_context)


@requires("crm.deal.create")
def deal_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, "crm.deal")


@requires("crm.deal.edit")
def deal_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, "crm.deal", pk)
