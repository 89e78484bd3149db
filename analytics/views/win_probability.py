"""How good the win probability is."""

from django.http import HttpRequest, HttpResponse

from analytics.queries.win_probability_model import model_page
from core import permissions
from core.pages import render_page
from core.permissions import requires


@requires("analytics.win_probability.view")
def win_probability_model(request: HttpRequest) -> HttpResponse:
    """The live version: whether there is a signal, figures, calibration, shares won by stage."""
    context = model_page(permissions.user_of(request))
    return render_page(request, "analytics/win_probability_model.html", context)
