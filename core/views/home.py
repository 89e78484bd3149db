"""What should I do now: panels that the apps fill."""

from django.http import HttpRequest, HttpResponse

from core import permissions
from core.pages import render_page
from core.permissions import signed_in
from core.registries.panels import filled_panels


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    context = {"panels": filled_panels("core.home", None, user)}
    return render_page(request, "core/home.html", context)
