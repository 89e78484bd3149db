"""Contacts: page, create, change."""

from django.http import HttpRequest, HttpResponse

from core.pages.records import create_page, detail_page, edit_page
from core.permissions import requires
from crm.views.merging import or_survivor
from crm.views.timeline import timeline_context


@requires("crm.contact.view")
def contact_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return or_survivor(
        request,
        "crm.contact",
        pk,
        lambda: detail_page(request, "crm.contact", pk, timeline=timeline_context),
    )


@requires("crm.contact.create")
def contact_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, "crm.contact")


@requires("crm.contact.edit")
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, "crm.contact", pk)
