"""Leads: page, capture, change."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.pages.records import create_page, detail_page, edit_page
from core.permissions import requires
from crm.models import Lead
from crm.services.leads import set_lead_status
from crm.views.timeline import timeline_context


def _lead(request: HttpRequest, pk: int, action: str = "view") -> Lead:
    rows = Lead.objects.visible_to(permissions.user_of(request), action).for_list()
    rows = rows.select_related("imported_by")
    lead: Lead = get_object_or_404(rows, pk=pk)
    return lead


@requires("crm.lead.view")
def lead_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, "crm.lead", pk, timeline=timeline_context)


@requires("crm.lead.create")
def lead_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, "crm.lead")


@requires("crm.lead.edit")
def lead_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, "crm.lead", pk)


@requires("crm.lead.edit")
@require_POST
def lead_set_status(request: HttpRequest, pk: int) -> HttpResponse:
    lead = _lead(request, pk, "edit")
    set_lead_status(
        lead=lead,
        status=request.POST.get("status", ""),
        by=permissions.user_of(request),
        at=timezone.now(),
    )
    messages.success(request, _("The status is now “%s”.") % lead.get_status_display())
    return redirect(lead)
