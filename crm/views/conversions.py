"""A lead becomes a deal, in one dialog; and taking that back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.models import User
from core.pages import UNPROCESSABLE, leave_for, refusals_in
from core.permissions import requires
from core.views.list_tools import render_tool
from crm.models import Lead, LeadConversion
from crm.pages.conversions import ConversionForm
from crm.services.conversions import convert_lead
from crm.services.unconverting import unconvert_lead


def _lead(user: User, pk: int) -> Lead:
    access = permissions.access_of(user)
    if not access.may("crm.deal.create") or not access.edits("crm.lead.status"):
        raise PermissionDenied(_("Your role may not turn leads into deals."))
    rows = Lead.objects.visible_to(user, "edit").for_list().select_related("contact__company")
    lead: Lead = get_object_or_404(rows, pk=pk)
    return lead


@requires("crm.lead.edit")
def lead_convert(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for company, contact and deal, with what is there already, and make them."""
    user = permissions.user_of(request)
    lead = _lead(user, pk)
    is_sent = request.method == "POST"
    form = ConversionForm(request.POST if is_sent else None, lead=lead, user=user)
    if is_sent and form.is_valid():
        with refusals_in(form):
            return _converted(request, form, user)
    context: dict[str, Any] = {
        "form": form,
        "lead": lead,
        "name": lead.name_for(permissions.access_of(user)),
        "action": reverse("lead_convert", args=[lead.pk]),
        "back": lead.get_absolute_url(),
    }
    return render_tool(
        request,
        _("Convert to a deal"),
        "crm/leads/convert_form.html",
        context,
        status=UNPROCESSABLE if is_sent else 200,
        css="dlg-wide dlg-long",
    )


def _converted(request: HttpRequest, form: ConversionForm, user: User) -> HttpResponse:
    conversion = convert_lead(
        lead=form.lead,
        deal=form.deal(),
        company=form.chosen("company"),
        contact=form.chosen("contact"),
        by=user,
        at=timezone.now(),
    )
    undo = reverse("lead_convert_undo", args=[form.lead.pk])
    messages.success(request, _("The lead is a deal now."), extra_tags=undo)
    is_seen = permissions.reaches(type(conversion.deal), user, conversion.deal)
    place = conversion.deal if is_seen else conversion.lead
    return leave_for(request, place.get_absolute_url())


@requires("crm.lead.edit")
@require_POST
def lead_convert_undo(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    lead = _lead(user, pk)
    standing = LeadConversion.objects.standing().select_related("change_set", "lead")
    conversion = get_object_or_404(standing.select_related("company", "contact"), lead=lead)
    unconvert_lead(conversion=conversion, by=user, at=timezone.now())
    messages.success(request, _("The lead is open again; what was made for it is in the bin."))
    return redirect(lead)
