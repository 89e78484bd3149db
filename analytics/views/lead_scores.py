"""How good the lead score is, and what people decide about its fields."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.forms import GroupsForm
from analytics.queries.lead_score_fields import compared_fields
from analytics.queries.lead_score_models import model_page
from analytics.queries.lead_scores import field_labels
from analytics.services.lead_score_fields import decide_field, name_groups
from core import permissions
from core.errors import Refused
from core.pages import form_page, render_page
from core.permissions import requires
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
    name, labels = request.POST.get("field", ""), field_labels()
    if name not in labels or not permissions.access_of(user).sees(name):
        raise Http404
    decide_field(name=name, known_when=request.POST.get("known_when", ""), by=user)
    messages.success(
        request, _("Remembered for “%(field)s”. Retrain to apply it.") % {"field": labels[name]}
    )
    return redirect("lead_score_model")


@requires("core.settings.manage")
def lead_score_groups(request: HttpRequest) -> HttpResponse:
    """Which groups of leads are compared."""
    form = GroupsForm(request.POST or None, initial={"compared": compared_fields()})

    def on_valid(valid: GroupsForm) -> tuple[str, str]:
        name_groups(fields=valid.cleaned_data["compared"], by=permissions.user_of(request))
        return _("The groups are compared from the next training on."), reverse("lead_score_model")

    return form_page(request, "analytics/lead_score_groups.html", form, on_valid)
