"""Getting started: what is done and what is next."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.pages import render_page
from core.permissions import signed_in
from core.queries.start import described, progress_of
from core.registries.panels import filled_panels
from core.services.start import hide_start


@signed_in
def start(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    progress = progress_of(user)
    context = {
        "progress": progress,
        "steps": described(progress, user),
        "panels": filled_panels("core.start", None, user),
    }
    return render_page(request, "core/start.html", context)


@signed_in
@require_POST
def start_hide(request: HttpRequest) -> HttpResponse:
    """Take it out of the navigation, or put it back."""
    user = permissions.user_of(request)
    is_hidden = request.POST.get("hidden") == "yes"
    hide_start(user=user, hidden=is_hidden)
    if not is_hidden:
        return redirect("start")
    messages.success(request, _("“Getting started” is hidden. Your profile brings it back."))
    return redirect("home")
