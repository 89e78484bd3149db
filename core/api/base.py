"""What every end point does: who calls, may they, how large, how often, in which language."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from core import permissions
from core.api.problems import ProblemError, wrong_parameter
from core.api.throttling import count_address, count_caller
from core.ids import LARGEST_ID
from core.models import User
from core.scopes import EVERYTHING, VIEW, WRITE, scopes_of
from core.strangers import is_text

LONGEST_LENGTH = 16  # digits of a size
SIGNED_IN = "signed in"
CSP = "default-src 'none'; frame-ancestors 'none'"


class ApiView(APIView):
    """An end point. `rights` names the right of each method; `signed in` is for every caller."""

    rights: ClassVar[Mapping[str, str]] = {}
    scope_of: ClassVar[str] = ""  # whose scope a token needs, where no right says it
    most_bytes: ClassVar[str] = "API_MAX_BYTES"
    metadata_class = None  # the schema says it

    @classmethod
    def as_view(cls, **given: Any) -> Any:
        view: Any = super().as_view(**given)
        rights = cls(**given).rights_by_method()
        view.required_permission = rights.get("GET") or next(iter(rights.values()))
        return view

    def rights_by_method(self) -> Mapping[str, str]:
        return self.rights

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with (
            translation.override(translation.get_language()),
            timezone.override(timezone.get_current_timezone()),
        ):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = None
        negotiated = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = negotiated
        count_address(request)
        self._check_size(request)
        self.perform_authentication(request)
        if not request.user.is_authenticated:
            raise NotAuthenticated(_("Sign in, or send a token: Authorization: Bearer rm_…"))
        count_caller(request)
        user = user_of(request)
        translation.activate(user.language)
        timezone.activate(user.time_zone)
        _check_address(request, kwargs)
        self.check_right(user, str(request.method))
        self._check_scope(request)

    def check_right(self, user: User, method: str) -> None:
        rights = self.rights_by_method()
        right = rights.get("GET" if method == "HEAD" else method) or next(iter(rights.values()))
        if right != SIGNED_IN:
            permissions.require(user, right)

    def scopes_for(self, method: str) -> tuple[str, ...]:
        """The scopes of which a token needs one, the narrowest first; none where all may ask."""
        right = self.rights_by_method().get("GET" if method == "HEAD" else method, SIGNED_IN)
        if right != SIGNED_IN:
            return scopes_of(right)
        if not self.scope_of:
            return ()
        return scopes_of(f"{self.scope_of}.{VIEW if method in SAFE_METHODS else WRITE}")

    def _check_scope(self, request: Request) -> None:
        """What a right says is cut from the caller's rights already; this is for what all may ask."""
        token: Any = request.auth
        needed = self.scopes_for(str(request.method))
        if not needed or not token or EVERYTHING in token.scopes:
            return
        if not set(needed) & set(token.scopes):
            sentence = _("This token needs the scope %(scope)s.") % {"scope": needed[0]}
            raise ProblemError(403, "not-allowed", sentence)

    def _check_size(self, request: Request) -> None:
        length = request.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() and len(length) < LONGEST_LENGTH else 0
        limit: int = getattr(settings, self.most_bytes)
        if size > limit or len(length) >= LONGEST_LENGTH:
            sentence = _("The body may have %(megabytes)s MB. Send less at once.")
            raise ProblemError(
                413, "too-large", sentence % {"megabytes": max(limit // 1_048_576, 1)}
            )

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        found: Any = super().finalize_response(request, response, *args, **kwargs)
        found.headers.setdefault("Cache-Control", "private, no-store")
        found.headers.setdefault("Content-Security-Policy", CSP)
        found.headers.setdefault("X-Content-Type-Options", "nosniff")
        return found


def _check_address(request: Request, parts: Mapping[str, Any]) -> None:
    """Numbers and texts that no row can have."""
    for value in parts.values():
        if isinstance(value, int) and value > LARGEST_ID:
            raise Http404
        if isinstance(value, str) and not is_text(value):
            raise Http404
    for name, values in request.query_params.lists():
        if not all(is_text(text) for text in (name, *values)):
            raise wrong_parameter("query", _("The address has a character that cannot be read."))


def user_of(request: Request) -> User:
    """The caller, who has been let in."""
    user: Any = request.user
    return user  # type: ignore[no-any-return]  # AUTH_USER_MODEL


def body_of(request: Request) -> dict[str, Any]:
    """The body, which has to be an object."""
    data: Any = request.data
    if not isinstance(data, dict):
        raise ProblemError(400, "not-readable", _("The body has to be an object in JSON."))
    return data
