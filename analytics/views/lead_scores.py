"""How good the lead score is."""

from django.http import HttpRequest, HttpResponse

from analytics.queries.lead_score_models import model_page
from core import permissions
from core.pages import render_page
from core.permissions import requires


@requires("analytics.lead_score.view")
def lead_score_model(request: HttpRequest) -> HttpResponse:
    """The live version: verdict, figures, calibration, what drives it, versions."""
    context = model_page(permissions.user_of(request))
    return render_page(request, "analytics/lead_score_model.html", context)
