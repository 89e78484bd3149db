"""What should I do now: panels that the apps fill."""

from django.http import HttpRequest, HttpResponse

from core import permissions
from core.pages import render_page
from core.permissions import signed_in
from core.queries.home import PLACES, SCOPES, HomeView, scopes_of
from core.queries.start import progress_of
from core.registries.panels import filled_panels


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    view = HomeView.of(user, request.GET.get("show", ""))
    progress = progress_of(user)
    context = {
        "scopes": [(name, SCOPES[name]) for name in scopes_of(user)],
        "scope": view.scope,
        "progress": progress,
        "shows_start": not (user.hides_start or progress.is_complete),
        **{name: filled_panels(place, view, user) for name, place in PLACES.items()},
    }
    return render_page(request, "core/home.html", context)
