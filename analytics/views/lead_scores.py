"""How good the lead score is."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.queries.lead_score_models import field_by_name, model_page
from core import permissions
from core.errors import Refused
from core.pages import render_page
from core.permissions import requires
from core.services.custom_fields import set_known_when
from crm.models import Lead


@requires("analytics.lead_score.view")
def lead_score_model(request: HttpRequest) -> HttpResponse:
    """The live version: verdict, figures, calibration, what drives it, versions."""
    context = model_page(permissions.user_of(request))
    return render_page(request, "analytics/lead_score_model.html", context)


@requires("crm.lead.view")
def lead_score_more(request: HttpRequest, pk: int) -> HttpResponse:
    """Closed leads like this one, and what would raise its score; the lead's page fetches it."""
    from analytics.services.lead_score_cases import more_of  # noqa: PLC0415  # loads the methods

    user = permissions.user_of(request)
    if not permissions.access_of(user).sees("crm.lead.score"):
        raise Http404
    lead = get_object_or_404(
        Lead.objects.visible_to(user).for_list().select_related("score__version"), pk=pk
    )
    try:
        context = more_of(lead, user)
    except Refused as refusal:
        context = {"refusal": str(refusal)}
    context |= {"lead": lead, "name": lead.name_for(permissions.access_of(user))}
    parts = {"lead-score-more": "more"}
    return render_page(request, "analytics/lead_score_more.html", context, parts=parts)


@requires("core.custom_field.manage")
@require_POST
def lead_score_field(request: HttpRequest) -> HttpResponse:
    """Somebody decides whether a field was known before the outcome; the decision is kept."""
    user = permissions.user_of(request)
    field = field_by_name(request.POST.get("field", ""), user)
    if field is None:
        raise Http404
    set_known_when(field=field, known_when=request.POST.get("known_when", ""), by=user)
    messages.success(
        request, _("Remembered for “%(field)s”. Retrain to apply it.") % {"field": field.label}
    )
    return redirect("lead_score_model")
