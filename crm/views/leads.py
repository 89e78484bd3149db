"""Leads: list, page, capture, change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import permissions
from core.lists import list_context
from core.models import User
from core.pages import form_page, render_page, way_back
from core.permissions import requires
from core.registries import record_types
from core.registries.panels import filled_panels
from crm.choices import LeadStatus
from crm.forms import AssignForm, LeadForm
from crm.models import Lead
from crm.queries.records import custom_facts, facts, person_facts
from crm.services.leads import (
    assign_leads,
    assignable_users,
    facts_of,
    save_lead,
    set_lead_status,
)
from crm.tables import LEADS
from crm.views.timeline import timeline_context

PARTS = {"list": "list"}
LONGEST_ID = 18  # digits; what is longer fits no column


def _lead(request: HttpRequest, pk: int, action: str = "view") -> Lead:
    rows = Lead.objects.visible_to(permissions.user_of(request), action).for_list()
    rows = rows.select_related("imported_by")
    lead: Lead = get_object_or_404(rows, pk=pk)
    return lead


@requires("crm.lead.view")
def lead_list(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    access = permissions.access_of(user)
    context = list_context(LEADS, request)
    context["may_import"] = access.may("crm.lead.import")
    if access.may("crm.lead.assign"):
        context["assign_form"] = AssignForm(owners=assignable_users(user))
        context["bulk_actions"] = [
            {"label": _("Assign"), "icon": "user-share", "dialog": "assign-dialog"}
        ]
    return render_page(request, "crm/lead_list.html", context, parts=PARTS)


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


@requires("crm.lead.assign")
@require_POST
def leads_assign(request: HttpRequest) -> HttpResponse:
    """Give the ticked leads to a colleague."""
    user = permissions.user_of(request)
    given = request.POST.getlist("ids")
    ids = [int(pk) for pk in given if pk.isdecimal() and len(pk) <= LONGEST_ID]
    choices = {str(colleague.pk): colleague for colleague in assignable_users(user)}
    owner = choices.get(request.POST.get("owner", ""))
    if owner is None or not ids:
        messages.error(request, _("Tick the leads and choose whom to give them to."))
        return way_back(request, "lead_list")
    leads = list(Lead.objects.visible_to(user, "assign").filter(pk__in=ids))
    moved = assign_leads(leads=leads, owner=owner, by=user)
    sentence = ngettext(
        "%(count)s lead now belongs to %(owner)s.",
        "%(count)s leads now belong to %(owner)s.",
        moved,
    )
    messages.success(request, sentence % {"count": moved, "owner": owner.display_name})
    return way_back(request, "lead_list")
