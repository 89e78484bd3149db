"""What happens around every view."""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from core.api import ROOT as API_ROOT
from core.errors import Refused
from core.health import is_ready, readiness
from core.pages import leave_for, way_back
from core.permissions import user_of
from core.registries import navigation
from core.services.users import is_set_up
from core.services.view_as import KEY, end_view, viewing_of
from core.shell import company_of
from core.telemetry import metrics
from core.telemetry.scraping import may_scrape
from core.visitors import client_address

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# A session's last use is noted at most this often: a write per page is too many.
NOTE_EVERY_SECONDS = 300
# What a form adds around its file, and how many digits a length may have.
FORM_BYTES = 65_536
LONGEST_LENGTH = 16


# What a page of ours never asks of the device.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("accelerometer", "camera", "geolocation", "microphone", "payment", "usb")
)


class PermissionsPolicyMiddleware:
    """Tells browsers that no page, and nothing inside one, may use the device's sensors."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class HealthMiddleware:
    """Answers /healthz, /readyz and /metrics before hosts, sessions and log-in are looked at."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            checks = readiness()
            return JsonResponse(checks, status=200 if is_ready(checks) else 503)
        if request.path == "/metrics" and metrics.is_on():
            return _metrics(request)
        return self.get_response(request)


def _metrics(request: HttpRequest) -> HttpResponse:
    if not may_scrape(request.headers.get("Authorization", ""), client_address(request)):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


class SetUpMiddleware:
    """Leads to the set-up page as long as there is no administrator."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        open_paths = (reverse("set_up"), reverse("set_language"), settings.STATIC_URL)
        is_visitor = not request.user.is_authenticated
        if is_visitor and not request.path.startswith(open_paths) and not is_set_up():
            return redirect("set_up")
        return self.get_response(request)


class RequestSizeMiddleware:
    """Refuses what is too large before a byte of it is kept; only signed-in users upload files.

    The API looks itself: it knows its callers later, and answers otherwise.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(API_ROOT):
            return self.get_response(request)
        length = request.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() and len(length) < LONGEST_LENGTH else 0
        may_upload = request.user.is_authenticated and _takes_files(request.path)
        limit = settings.MAX_UPLOAD_BYTES if may_upload else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if size > limit + FORM_BYTES or len(length) >= LONGEST_LENGTH:
            context = {"megabytes": limit // 1_048_576}
            return render(request, "errors/too_large.html", context, status=413)
        return self.get_response(request)


def _takes_files(path: str) -> bool:
    """The pages that take files, as the apps declare them, and views that say so."""
    if path in {reverse(entry.url_name) for entry in navigation if entry.takes_files}:
        return True
    try:
        return getattr(resolve(path).func, "takes_files", False)
    except Resolver404:
        return False


class PreferencesMiddleware:
    """The user's language and time zone; visitors keep what LocaleMiddleware found, if it is offered."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            _speak(request, company_of(request).spoken(request.LANGUAGE_CODE))
            return self.get_response(request)
        _speak(request, user.language)
        with timezone.override(user.time_zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        # Customers' data is not left behind in the browser, nor shown by "back" after signing out.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _speak(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE


class SessionActivityMiddleware:
    """Notes when and from where a session was last used, for the user's list of sessions."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            key = f"session-noted:{request.session.session_key}"
            if cache.add(key, value=True, timeout=NOTE_EVERY_SECONDS):
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


class HtmxMiddleware:
    """One URL answers with a page or with a part of it; a lost session reloads the whole page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if getattr(request, "htmx", False) and _is_log_in(response):
            answer = HttpResponse(status=401)
            answer["HX-Redirect"] = response.headers["Location"]
            return answer
        return response


def _is_log_in(response: HttpResponseBase) -> bool:
    location = response.headers.get("Location", "")
    return response.status_code == 302 and location.startswith(reverse(settings.LOGIN_URL))


class ViewAsMiddleware:
    """While an administrator looks as somebody else: the rights are the other's, nothing is changed.

    Account pages, settings, programs' doors and the inbox stay closed: they are the person's own.
    Stands after everything that concerns the session, which remains the administrator's.
    """

    CLOSED = ("/accounts/", "/settings/", "/inbox/", "/admin/", "/api/")
    OPEN = ("view_as_end", "account_logout")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        said = request.session.get(KEY) if request.user.is_authenticated else None
        if said is None or _url_name(request.path) in self.OPEN:
            return self.get_response(request)
        by = user_of(request)
        viewing = viewing_of(said=said, by=by, at=timezone.now())
        if viewing is None:
            end_view(session=request.session, by=by)
            messages.info(request, _("You see Renmai as yourself again."))
            return self.get_response(request)
        request.user = viewing.user
        request.viewing = viewing  # type: ignore[attr-defined]  # the frame of pages says so
        is_asking = request.method in ("GET", "HEAD", "OPTIONS")
        if is_asking and not request.path.startswith(self.CLOSED):
            return self.get_response(request)
        return render(request, "errors/viewing.html", {"is_closed": is_asking}, status=403)


def _url_name(path: str) -> str:
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


class RefusalMiddleware:
    """A refusal that no form has shown becomes a message on the page the user came from."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        messages.error(request, str(error))
        return leave_for(request, error.url) if error.url else way_back(request)
