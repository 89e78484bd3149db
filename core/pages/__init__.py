"""Page helpers: one view, one URL, one template; htmx gets a named part of the same template."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from core.errors import Refused

F = TypeVar("F", bound=forms.BaseForm)

UNPROCESSABLE = 422
# htmx stops polling when it is answered with this.
STOP_POLLING = 286


def way_back(request: HttpRequest, default: str = "home") -> HttpResponseRedirect:
    """To the page the user came from: the form's `next`, else the referrer, if they are ours."""
    for url in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return HttpResponseRedirect(url)
    return HttpResponseRedirect(reverse(default))


def is_by_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", None))


def target_of(request: HttpRequest) -> str:
    """The id of the element that htmx puts the answer into."""
    htmx: Any = getattr(request, "htmx", None)
    return (htmx.target or "") if htmx else ""


def leave_for(request: HttpRequest, url: str) -> HttpResponse:
    """To another page; of the whole window where htmx asks for a part."""
    if is_by_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def status_of_poll(request: HttpRequest, *, is_over: bool) -> int:
    """What answers a page that htmx asks for again and again, and that stops when all is done."""
    return STOP_POLLING if is_over and is_by_htmx(request) else 200


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    parts: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page, or the part that the view offers for the htmx target.

    `parts` maps element ids to partial names; a target the view does not offer gets the page.
    """
    htmx = getattr(request, "htmx", None)
    part = (parts or {}).get(htmx.target or "") if htmx and not htmx.boosted else None
    name = f"{template}#{part}" if part else template
    return render(request, name, dict(context), status=status)


def say(
    response: HttpResponse, text: str, *, undo: str = "", bad: bool = False, **events: Any
) -> HttpResponse:
    """Have the page show a toast, with a button that posts to `undo`; `events` are told, too."""
    toast = {"text": text, **({"undo": undo} if undo else {}), **({"bad": True} if bad else {})}
    response["HX-Trigger"] = json.dumps({"toast": toast, **events})
    return response


@contextmanager
def refusals_in(form: forms.BaseForm) -> Iterator[None]:
    """A refusal by the service becomes an error of the form."""
    try:
        yield
    except Refused as refusal:
        form.add_error(NON_FIELD_ERRORS, str(refusal))


def form_page(
    request: HttpRequest,
    template: str,
    form: F,
    on_valid: Callable[[F], tuple[str, str]],
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show a form; when it is valid call `on_valid`, which answers (message, where to go).

    A form that fails, or a refusal by the service, answers 422 with the form and its values.
    """
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                message, url = on_valid(form)
            except Refused as refusal:
                form.add_error(NON_FIELD_ERRORS, str(refusal))
            else:
                messages.success(request, message)
                return redirect(url)
        status = UNPROCESSABLE
    return render_page(request, template, {"form": form, **(context or {})}, status=status)
