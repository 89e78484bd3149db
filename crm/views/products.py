"""Products: page, create, change."""

from django.http import HttpRequest, HttpResponse

from core.pages.records import create_page, detail_page, edit_page
from core.permissions import requires
from crm.views.timeline import timeline_context


@requires("crm.product.view")
def product_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, "crm.product", pk, timeline=timeline_context)


@requires("crm.product.create")
def product_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, "crm.product")


@requires("crm.product.edit")
def product_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, "crm.product", pk)
