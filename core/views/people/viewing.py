"""View as: seeing Renmai as a user or with a role, and coming back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.models import Role, User
from core.permissions import requires, signed_in
from core.services.view_as import end_view, start_view

KINDS = {"user": User, "role": Role}


@requires("core.settings.manage")
@require_POST
def view_as_start(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    if key not in KINDS:
        raise Http404
    model: Any = KINDS[key]
    subject = get_object_or_404(model, pk=pk)
    by = permissions.user_of(request)
    start_view(session=request.session, subject=subject, by=by, at=timezone.now())
    return redirect("home")


@signed_in
@require_POST
def view_as_end(request: HttpRequest) -> HttpResponse:
    end_view(session=request.session, by=permissions.user_of(request))
    messages.success(request, _("You see Renmai as yourself again."))
    return redirect("home")
