"""Tokens of the API: making one, seeing what is used, revoking."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.errors import Refused
from core.forms.api_tokens import TokenForm
from core.models import User
from core.pages import UNPROCESSABLE, render_page
from core.permissions import signed_in
from core.queries.api_tokens import described, visible_tokens
from core.services.api_tokens import CREATE, create_token, revoke_token


@signed_in
def token_list(request: HttpRequest) -> HttpResponse:
    """The tokens; for who may make them a form for another one, whose secret is shown in the answer only.

    Whoever may not make them any more still sees and revokes the own ones.
    """
    user = permissions.user_of(request)
    if request.method != "POST":
        return _page(request, user, TokenForm(user=user))
    permissions.require(user, CREATE)
    form = TokenForm(request.POST, user=user)
    try:
        if form.is_valid():
            made = create_token(**form.values(timezone.now()), by=user, at=timezone.now())
            return _page(request, user, TokenForm(user=user), secret=made.secret)
    except Refused as refusal:
        form.add_error(NON_FIELD_ERRORS, str(refusal))
    return _page(request, user, form, status=UNPROCESSABLE)


def _page(
    request: HttpRequest, user: User, form: TokenForm, *, secret: str = "", status: int = 200
) -> HttpResponse:
    tokens = described(visible_tokens(user), timezone.now())
    context: dict[str, Any] = {
        "form": form if permissions.access_of(user).may(CREATE) else None,
        "tokens": tokens,
        "secret": secret,
    }
    return render_page(request, "core/token_list.html", context, status=status)


@signed_in
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    token = get_object_or_404(visible_tokens(user), pk=pk)
    revoke_token(token=token, by=user, at=timezone.now())
    messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("token_list")
