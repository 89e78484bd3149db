"""Error pages: each says what to do."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.defaults import page_not_found
from django.views.defaults import server_error as page_of_fault

from core import permissions
from core.api import ROOT as API_ROOT
from core.api.problems import TYPE
from core.ids import LARGEST_ID
from core.permissions import public
from core.registries import RecordType, record_types


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: a page, or a problem to programs."""
    if not request.path.startswith(API_ROOT):
        return page_of_fault(request)
    body = {
        "type": f"{TYPE}fault",
        "title": "A fault of the server",
        "status": 500,
        "detail": "This is our fault and was noted. Try again later.",
    }
    return JsonResponse(body, status=500, content_type="application/problem+json")


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token does not match the session's: usually an old tab."""
    return render(request, "errors/csrf.html", {"reason": reason}, status=403)


@public
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of a record that lies in the bin says so to whoever may bring it back."""
    found = _deleted(request)
    if found is None:
        return page_not_found(request, exception)
    kind, record = found
    name = record.name_for(permissions.access_of(permissions.user_of(request)))
    context = {"kind": kind, "record": record, "name": name}
    return render(request, "core/bin/record.html", context, status=404)


def _deleted(request: HttpRequest) -> tuple[RecordType, Any] | None:
    match, user = request.resolver_match, getattr(request, "user", None)
    if match is None or user is None or not user.is_authenticated:
        return None
    kind = next((kind for kind in record_types if kind.detail_url == match.url_name), None)
    pk = match.kwargs.get("pk")
    if kind is None or not isinstance(pk, int) or pk > LARGEST_ID:
        return None
    rows = kind.model._base_manager.filter(permissions.bin_condition(kind.model, user), pk=pk)
    record = rows.first()
    return (kind, record) if record is not None else None
