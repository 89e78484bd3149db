"""Deals: page, create, change, the lines."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.errors import Refused
from core.pages.records import create_page, detail_page, edit_page
from core.permissions import requires
from crm.models import Deal
from crm.pages.lines import line_forms
from crm.services.deals import set_lines
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


@requires("crm.deal.edit")
@require_POST
def deal_lines(request: HttpRequest, pk: int) -> HttpResponse:
    """All lines of a deal at once."""
    user = permissions.user_of(request)
    deal = get_object_or_404(Deal.objects.visible_to(user, "edit").for_list(), pk=pk)
    if not permissions.access_of(user).edits("crm.deal.amount"):
        raise PermissionDenied(_("Your role may not change this field."))
    found = line_forms(deal, user, request.POST)
    wrong = [form for form in found if not form.is_valid()]
    if wrong:
        for form in wrong:
            for errors in form.errors.values():
                messages.error(request, str(errors[0]))
    else:
        lines = [line for form in found if (line := form.made()) is not None]
        try:
            set_lines(deal=deal, lines=lines, by=user, at=timezone.now())
            messages.success(request, _("The products are saved."))
        except Refused as refusal:
            messages.error(request, str(refusal))
    return redirect(f"{deal.get_absolute_url()}?tab=lines")
