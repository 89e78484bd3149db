"""Web forms as visitors meet them: a page, a frame on a website, a script's door."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.pages import UNPROCESSABLE
from core.permissions import public
from core.queue import enqueue
from core.strangers import read_json
from core.visitors import client_address, is_too_often
from marketing.choices import SubmissionState
from marketing.forms.web_forms import OLDEST, SALT, TRAP, VisitorForm, new_token
from marketing.models import WebForm
from marketing.services.web_forms import (
    UTM,
    Sent,
    needs_confirmation,
    purposes_of,
    take_submission,
)
from marketing.tasks import send_confirmations

MOST_BODY = 20_000
VISITOR = "renmai-visitor"  # the field that marketing/snippets/page.js fills
# Of one network, and of one form from all of them together.
MOST_OF_ONE, TEN_MINUTES = 10, 600
MOST_OF_ALL, AN_HOUR = 300, 3_600


def _form(key: str) -> WebForm:
    form: WebForm | None = (
        WebForm.objects.kept().select_related("owner", "team").filter(key=key).first()
    )
    if form is None:
        raise Http404
    return form


def _is_within_limits(request: HttpRequest, form: WebForm) -> bool:
    """One network cannot fill the CRM, nor can many of them together."""
    one = f"form:{form.pk}:{client_address(request)}"
    if is_too_often(one, most=MOST_OF_ONE, seconds=TEN_MINUTES):
        return False
    return not is_too_often(f"form:{form.pk}", most=MOST_OF_ALL, seconds=AN_HOUR)


@public
@csrf_exempt  # websites send it as well; nobody is signed in, and each answer has its own token
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def web_form_page(request: HttpRequest, key: str) -> HttpResponse:
    form = _form(key)
    answer: Any = _page(request, form, is_framed=False)
    if form.redirect_url:  # browsers look at where a sent form leads to
        parts = urlsplit(form.redirect_url)
        origin = f"{parts.scheme}://{parts.netloc}"
        answer._csp_update = {"form-action": [origin]}  # noqa: SLF001  # django-csp reads it
    return answer  # type: ignore[no-any-return]  # an answer with a mark


@public
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def web_form_frame(request: HttpRequest, key: str) -> HttpResponse:
    """The same for a frame, on the websites of the form only."""
    form = _form(key)
    answer: Any = _page(request, form, is_framed=True)
    if form.origins:  # read by the middlewares of Django and django-csp
        answer.xframe_options_exempt = True
        answer._csp_replace = {"frame-ancestors": form.origins}  # noqa: SLF001
    return answer  # type: ignore[no-any-return]  # an answer with marks


def _page(request: HttpRequest, form: WebForm, *, is_framed: bool) -> HttpResponse:
    with translation.override(form.language):
        request.LANGUAGE_CODE = form.language
        context: dict[str, Any] = {"web_form": form, "is_framed": is_framed, "token": new_token()}
        if not form.is_open:
            return render(request, "marketing/forms/closed.html", context, status=410)
        if request.method != "POST":
            utm = {name: request.GET[name][:200] for name in UTM if name in request.GET}
            context |= {"form": VisitorForm(form=form), "utm": utm.items()}
            return render(request, "marketing/forms/page.html", context)
        return _posted(request, form, context)


def _posted(request: HttpRequest, form: WebForm, context: dict[str, Any]) -> HttpResponse:
    visitor, utm = VisitorForm(request.POST, form=form), _utm(request.POST)
    context |= {"form": visitor, "utm": utm.items()}
    if not _is_within_limits(request, form):
        context["problem"] = _("There were too many answers. Wait a few minutes and send it again.")
        return render(request, "marketing/forms/page.html", context, status=429)
    token, took = _age_of(request.POST.get("token", ""))
    if token is None:
        context["problem"] = _("This page stood open for long. Look it over and send it again.")
        return render(request, "marketing/forms/page.html", context, status=UNPROCESSABLE)
    if not visitor.is_valid():
        return render(request, "marketing/forms/page.html", context, status=UNPROCESSABLE)
    _take(
        form,
        visitor,
        token=token,
        took=took,
        trap=request.POST.get(TRAP, ""),
        utm=utm,
        page=_referrer(request),
        visitor=_visitor(request.POST.get(VISITOR, "")),
    )
    if form.redirect_url and not context["is_framed"]:
        return HttpResponseRedirect(form.redirect_url)
    context["waits"] = _agrees(visitor) and needs_confirmation(form, purposes_of(form))
    return render(request, "marketing/forms/thanks.html", context)


def _agrees(visitor: VisitorForm) -> bool:
    return bool(visitor.cleaned_data.get("consent") and visitor.cleaned_data.get("email"))


def _take(form: WebForm, filled: VisitorForm, **sent: Any) -> SubmissionState:
    said = Sent(values=filled.values(), agrees=bool(filled.cleaned_data.get("consent")), **sent)
    row = take_submission(form=form, sent=said, at=timezone.now())
    enqueue(send_confirmations)
    return SubmissionState(row.state)


def _utm(said: Any) -> dict[str, str]:
    return {name: str(said[name])[:200] for name in UTM if said.get(name)}


def _visitor(text: str) -> UUID | None:
    """The browser that the snippet of a website names; other texts name none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _referrer(request: HttpRequest) -> str:
    return request.POST.get("page", "") or request.headers.get("Referer", "")


def _age_of(token: str) -> tuple[str | None, timedelta | None]:
    """The token without its signature, and how long the page was open. Of a website's own page there is none;
    one that has run out is None."""
    if not token:
        return "", None
    try:
        value = signing.TimestampSigner(salt=SALT).unsign(token, max_age=OLDEST)
    except signing.BadSignature:
        return None, None
    made = signing.b62_decode(token.split(":")[1])
    return value, timedelta(seconds=timezone.now().timestamp() - made)


# -- by script -----------------------------------------------------------------------------------------


@public
@csrf_exempt  # told by a website of the company; its origin is looked at instead
@never_cache
@require_http_methods(["OPTIONS", "POST"])
def web_form_send(request: HttpRequest, key: str) -> HttpResponse:
    """JSON from the form's websites: `values`, `consent`, and a `token` of the page's own."""
    form, origin = _form(key), request.headers.get("Origin", "")
    if origin.casefold() not in form.origins:
        return _told({"error": _("This website may not send the form.")}, 403)
    answer = HttpResponse(status=204) if request.method == "OPTIONS" else _sent(request, form)
    answer["Access-Control-Allow-Origin"] = origin
    answer["Access-Control-Allow-Headers"] = "Content-Type"
    answer["Access-Control-Allow-Methods"] = "POST"
    answer["Vary"] = "Origin"
    return answer


def _sent(request: HttpRequest, form: WebForm) -> HttpResponse:
    with translation.override(form.language):
        if not form.is_open:
            return _told({"error": _("This form takes no answers any more.")}, 410)
        if not _is_within_limits(request, form):
            sentence = _("There were too many answers. Wait a few minutes and send it again.")
            return _told({"error": sentence}, 429)
        try:
            said: Any = read_json(request.body[:MOST_BODY])
            values = {str(name): str(text) for name, text in dict(said["values"]).items()}
            token, page = str(said.get("token", ""))[:60], str(said.get("page", ""))
            utm = _utm(dict(said.get("utm") or {}))
            browser = _visitor(str(said.get("visitor") or ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            return _told({"error": _("Send JSON with “values”, by the names of the fields.")}, 400)
        ticked = {"consent": "on"} if said.get("consent") is True else {}
        visitor = VisitorForm({**values, **ticked}, form=form)
        if not visitor.is_valid():
            return _told({"errors": visitor.errors}, UNPROCESSABLE)
        token = f"s:{token}" if token else ""
        trap = values.get(TRAP, "")
        _take(form, visitor, token=token, trap=trap, utm=utm, page=page, visitor=browser)
        return _told({"thanks": form.thanks or _("Thank you. We have got your answer.")}, 200)


def _told(body: dict[str, Any], status: int) -> JsonResponse:
    return JsonResponse(body, status=status)
