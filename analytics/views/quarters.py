"""The quarter: its page, calling it, setting quotas."""

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.forms.quarters import CallForm, QuotasForm
from analytics.models.quarters import Quarter
from analytics.pages.forecasts import bookings_beside_quarter
from analytics.pages.quarter import quarter_context, quarter_url
from analytics.queries.quarter_calls import categories_of, history_of, quotas_of
from analytics.queries.quarter_people import Reached, reached_by, sellers
from analytics.services.quarter_calls import set_quotas, submit_call
from core import permissions
from core.currencies import base_currency
from core.errors import Refused
from core.models import Team
from core.pages import UNPROCESSABLE, leave_for, render_page
from core.permissions import requires
from core.views.list_tools import render_tool


@requires("analytics.quarter.view")
def quarter_forecast(request: HttpRequest) -> HttpResponse:
    """What the quarter will bring, what that adds up to, and by owner."""
    user = permissions.user_of(request)
    context = quarter_context(user, request.GET.get("quarter", "")) | bookings_beside_quarter(user)
    return render_page(request, "analytics/quarter_forecast.html", context)


def _quarter(key: str) -> Quarter:
    found = Quarter.read(key)
    if found is None:
        raise Http404
    return found


def _reached(request: HttpRequest) -> Reached:
    reached = reached_by(permissions.user_of(request))
    if reached is None:
        raise PermissionDenied(_("Your role does not see what deals are worth."))
    return reached


@requires("analytics.quarter.submit")
def quarter_call(request: HttpRequest, quarter: str) -> HttpResponse:
    """Ask for one's own call of the quarter, beside what one's deals add up to and earlier calls."""
    which, user = _quarter(quarter), _reached(request).user
    is_sent = request.method == "POST"
    form = CallForm(request.POST if is_sent else None, currency=base_currency())
    if is_sent and form.is_valid():
        said = form.cleaned_data
        try:
            submit_call(
                quarter=which,
                amount=said["amount"],
                note=said["note"],
                by=user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(NON_FIELD_ERRORS, str(refusal))
        else:
            messages.success(request, _("Your call is submitted."))
            return leave_for(request, quarter_url(which))
    context = {
        "form": form,
        "sums": categories_of(user.pk, which),
        "history": history_of(user.pk, which),
        "currency": base_currency(),
        "action": reverse("quarter_call", args=[which.key]),
        "back": quarter_url(which),
    }
    title = _("My call for %(quarter)s") % {"quarter": which.label}
    status = UNPROCESSABLE if is_sent else 200
    return render_tool(request, title, "analytics/quarter/call_form.html", context, status=status)


@requires("analytics.quota.manage")
def quarter_quotas(request: HttpRequest, quarter: str) -> HttpResponse:
    """Ask for the quotas of the quarter, of teams and of people."""
    which, reached = _quarter(quarter), _reached(request)
    stored, people = quotas_of(which), sellers(reached)
    teams = Team.objects.order_by("name")
    if reached.teams is not None:
        teams = teams.filter(pk__in=reached.teams)
    initial = {f"user-{pk}": amount for pk, amount in stored.people.items()}
    initial |= {f"team-{pk}": amount for pk, amount in stored.teams.items()}
    is_sent = request.method == "POST"
    form = QuotasForm(
        request.POST if is_sent else None,
        people=people,
        teams=teams,
        currency=base_currency(),
        initial=initial,
    )
    if is_sent and form.is_valid():
        try:
            set_quotas(
                quarter=which, people=form.said("user"), teams=form.said("team"), by=reached.user
            )
        except Refused as refusal:
            form.add_error(NON_FIELD_ERRORS, str(refusal))
        else:
            messages.success(request, _("The quotas are saved."))
            return leave_for(request, quarter_url(which))
    context = {
        "form": form,
        "action": reverse("quarter_quotas", args=[which.key]),
        "back": quarter_url(which),
    }
    title = _("Quotas for %(quarter)s") % {"quarter": which.label}
    status = UNPROCESSABLE if is_sent else 200
    return render_tool(request, title, "analytics/quarter/quota_form.html", context, status=status)
