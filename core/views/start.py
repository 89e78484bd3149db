"""Getting started: what is done and what is next."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.forms import InvitationForm
from core.pages import form_page, render_page
from core.permissions import requires, signed_in
from core.queries.start import described, progress_of
from core.registries.panels import filled_panels
from core.services.start import hide_start
from core.services.users import create_user


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


@requires("core.settings.manage")
def user_invite(request: HttpRequest) -> HttpResponse:
    """A colleague, who sets a password by the page for forgotten ones."""
    form = InvitationForm(request.POST or None)

    def on_valid(valid: InvitationForm) -> tuple[str, str]:
        by = permissions.user_of(request)
        user = create_user(**valid.cleaned_data, password=None, by=by)
        words = {
            "name": user.display_name,
            "page": request.build_absolute_uri("/accounts/password/reset/"),
        }
        return _("%(name)s may log in after setting a password at %(page)s.") % words, reverse(
            "start"
        )

    return form_page(request, "core/user_invite.html", form, on_valid)
