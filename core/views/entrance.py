"""The first page of a new installation."""

import secrets

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.forms.entrance import SetUpForm
from core.pages import form_page, render_page
from core.permissions import public
from core.services.users import create_first_administrator, is_set_up

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@public
def set_up(request: HttpRequest) -> HttpResponse:
    """Make the first administrator; gone as soon as there is one."""
    if is_set_up():
        raise Http404
    if settings.SETUP_NEEDS_TOKEN and not settings.SETUP_TOKEN:
        return render_page(request, "core/set_up_closed.html", {}, status=403)
    form = SetUpForm(request.POST or None, needs_token=bool(settings.SETUP_TOKEN))

    def on_valid(valid: SetUpForm) -> tuple[str, str]:
        given, token = valid.cleaned_data.get("token", ""), settings.SETUP_TOKEN
        if token and not secrets.compare_digest(given.encode(), token.encode()):
            valid.refuse_token()
        user = create_first_administrator(
            email=valid.cleaned_data["email"],
            name=valid.cleaned_data["name"],
            password=valid.cleaned_data["password"],
            language=get_language() or settings.LANGUAGE_CODE,
        )
        login(request, user, backend=BACKEND)
        return _("Welcome. You are the administrator."), reverse("home")

    return form_page(request, "core/set_up.html", form, on_valid)
