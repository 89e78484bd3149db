"""Companies: page, create, change."""

from django.http import HttpRequest, HttpResponse

from core.pages.records import create_page, detail_page, edit_page
from core.permissions import requires
from crm.views.merging import or_survivor
from crm.views.timeline import timeline_context


@requires("crm.company.view")
def company_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return or_survivor(
        request,
        "crm.company",
        pk,
        lambda: detail_page(request, "crm.company", pk, timeline=timeline_context),
    )


@requires("crm.company.create")
def company_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, "crm.company")


@requires("crm.company.edit")
def company_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, "crm.company", pk)
