"""Deciding which version of the lead score serves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.queries.lead_score_versions import versions_of_score
from analytics.services import lead_score_versions as services
from analytics.services.rescoring import rescore_all
from core import permissions
from core.models import ModelVersion
from core.permissions import requires


@requires("analytics.lead_score.run")
@require_POST
def lead_score_version_promote(request: HttpRequest, number: int) -> HttpResponse:
    """This version serves from now on, and all open leads are scored with it."""
    version = get_object_or_404(versions_of_score(), number=number)
    services.promote(version=version, by=permissions.user_of(request))
    return _rescored(request, version)


@requires("analytics.lead_score.run")
@require_POST
def lead_score_roll_back(request: HttpRequest) -> HttpResponse:
    """The version before serves again."""
    version = services.roll_back(by=permissions.user_of(request))
    return _rescored(request, version)


@requires("analytics.lead_score.run")
@require_POST
def lead_score_version_retire(request: HttpRequest, number: int) -> HttpResponse:
    """This version will not serve."""
    version = get_object_or_404(versions_of_score(), number=number)
    services.retire(version=version, by=permissions.user_of(request))
    messages.success(request, _("Version %(number)s is retired.") % {"number": number})
    return redirect("lead_score_model")


def _rescored(request: HttpRequest, version: ModelVersion) -> HttpResponse:
    rescore_all(by=permissions.user_of(request))
    messages.success(
        request,
        _("Version %(number)s is live. All open leads are being scored with it.")
        % {"number": version.number},
    )
    return redirect("lead_score_model")
