"""Leads: list, page, capture, change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.models import User
from core.pages import form_page, render_page
from core.permissions import requires
from core.registries import record_types
from core.registries.panels import filled_panels
from crm.choices import LeadStatus
from crm.forms import LeadForm
from crm.models import Lead
from crm.queries.records import custom_facts, facts, person_facts
from crm.services.leads import facts_of, save_lead, set_lead_status
from crm.views.timeline import timeline_context


def _lead(request: HttpRequest, pk: int, action: str = "view") -> Lead:
    rows = Lead.objects.visible_to(permissions.user_of(request), action).for_list()
    rows = rows.select_related("imported_by")
    lead: Lead = get_object_or_404(rows, pk=pk)
    return lead


@requires("crm.lead.view")
def lead_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    lead = _lead(request, pk)
    kind = record_types["crm.lead"]
    context = {
        "lead": lead,
        "person": person_facts(lead.contact, user) if lead.contact else [],
        "facts": facts(kind, facts_of(lead, user), user),
        "custom_facts": custom_facts("crm.lead", lead.custom, user),
        **timeline_context(lead, user, request.GET),
        "insight": filled_panels("crm.lead.insight", lead, user),
        "statuses": LeadStatus.choices,
        "may_edit": permissions.reaches(Lead, user, lead, "edit"),
        "may_set_status": permissions.access_of(user).edits("crm.lead.status"),
    }
    return render_page(request, "crm/lead_detail.html", context)


@requires("crm.lead.create")
def lead_create(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    form = LeadForm(request.POST or None, user=user)
    context = {"title": _("New lead"), "back": "lead_list"}
    return form_page(request, "crm/record_form.html", form, _saver(user), context)


@requires("crm.lead.edit")
def lead_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    lead = _lead(request, pk, "edit")
    form = LeadForm(request.POST or None, instance=lead, user=user)
    context = {"title": _("Edit lead"), "record": lead}
    return form_page(request, "crm/record_form.html", form, _saver(user), context)


def _saver(user: User) -> Any:
    def save(form: LeadForm) -> tuple[str, str]:
        lead = save_lead(
            lead=form.instance,
            person=form.person(),
            company=form.cleaned_data.get("company_name"),
            by=user,
            at=timezone.now(),
        )
        return _("The lead is saved."), lead.get_absolute_url()

    return save


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
