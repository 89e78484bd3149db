"""The panel itself: who enters, how long a page may take, what its pages may run."""

import functools
from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from core import permissions
from core.admin.navigation import groups
from core.time_limits import TookTooLong, at_most

SECONDS = 5
# unfold's Alpine evaluates the expressions of its templates and sets a width as an attribute. Code
# and style sheets still come from our own files alone: nothing inline runs, nothing foreign loads.
POLICY = {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src-attr": [UNSAFE_INLINE],
}
# Log-in, log-out and password are the product's own pages; finding is the lists' search.
LEFT_OUT = {
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "view_on_site",
    "search",
}

View = Callable[..., Any]


class PanelSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold is untyped
    """unfold's site with the product's doors: one log-in, one decision, one policy."""

    index_title = _("Overview")
    index_template = "core/panel/index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return user.is_authenticated and permissions.access_of(user).is_administrator

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # Django's
        inner = super().admin_view(view, cacheable)

        @functools.wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            permissions.require_administrator(permissions.user_of(request))
            response = _answer(request, functools.partial(inner, request, *args, **kwargs))
            response._csp_update = POLICY  # type: ignore[attr-defined]  # noqa: SLF001  # as csp_update does
            return response

        return checked

    def get_urls(self) -> list[Any]:
        kept = [url for url in super().get_urls() if getattr(url, "name", "") not in LEFT_OUT]
        for url in kept:
            callback: Any = getattr(url, "callback", None)
            if hasattr(callback, "login_url"):
                callback.login_url = None  # Django's own log-in; the product's counts
        return kept

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        context = {**(extra_context or {}), "groups": groups(self)}
        page: TemplateResponse = super().index(request, context)
        return page

    def app_index(self, _request: HttpRequest, app_label: str, _extra: Any = None) -> HttpResponse:
        """Models stand in the product's groups; an app's name says nothing to people."""
        return redirect(f"{self.name}:index")

    def get_app_list(self, _request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Not needed: the side bar has its own groups."""
        return []

    def _get_colors(self, _key: str, *_args: Any) -> dict[str, Any]:
        """None: static/css/panel.css has them, an inline style sheet would need a looser policy."""
        return {}


def _answer(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What is only read is stopped after some seconds, with a sentence."""
    if request.method not in {"GET", "HEAD"}:
        return view()
    try:
        with at_most(SECONDS):
            response = view()
            if isinstance(response, TemplateResponse):
                response.render()
            return response
    except TookTooLong:
        return _took_too_long(request)


def _took_too_long(request: HttpRequest) -> HttpResponse:
    return render(request, "core/panel/too_long.html", {"path": request.path}, status=503)
