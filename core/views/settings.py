"""Settings of the signed-in user."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST

from core import permissions
from core.forms.settings import ProfileForm
from core.pages import form_page, is_by_htmx, way_back
from core.permissions import signed_in
from core.services.users import update_preferences


@signed_in
def settings_profile(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    form = ProfileForm(request.POST or None, instance=user)

    def on_valid(valid: ProfileForm) -> tuple[str, str]:
        valid.save()
        with override(user.language):
            return _("Your settings are saved."), reverse("settings_profile")

    return form_page(request, "core/settings_profile.html", form, on_valid)


@signed_in
@require_POST
def preferences_update(request: HttpRequest) -> HttpResponse:
    """The theme and language switches of the user menu."""
    update_preferences(
        user=permissions.user_of(request),
        language=request.POST.get("language", ""),
        theme=request.POST.get("theme", ""),
    )
    if is_by_htmx(request):
        return HttpResponse(status=204)
    return way_back(request)
