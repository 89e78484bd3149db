"""Pages for people who get messages: no log-in, a signed link says whose they are.

Programs follow every link of a letter, so asking for a page changes nothing: buttons do. The links
are the proof that somebody reads the mailbox, which is why no token against forgery is asked for.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from core.company import company
from core.pages import UNPROCESSABLE
from core.permissions import public
from core.visitors import client_address, is_too_often
from crm.models import Contact
from marketing.choices import ConsentSource
from marketing.forms.wishes import LeavingForm, WishesForm
from marketing.models import ConfirmationRequest, ContactPreference
from marketing.queries.consents import (
    choices_of,
    contact_now,
    language_of,
    masked,
    own_data,
    public_name,
    suppression_of,
    trail_of,
)
from marketing.services.confirmations import confirm
from marketing.services.public_links import (
    contact_of,
    preferences_path,
    request_of,
    unsubscribing_of,
)
from marketing.services.wishes import (
    purpose_of,
    save_wishes,
    unsubscribe,
    unsubscribe_from_all,
)

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
A_MINUTE, MOST_A_MINUTE = 60, 60


def for_visitors(view: View[P]) -> View[P]:
    """A page without a log-in: not kept, not indexed, and not for whoever asks too often.

    Counted by link, not by who asks: mail providers unsubscribe many people from one address.
    """

    @wraps(view)
    def limited(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        name = f"public:{hashlib.sha256(request.path.encode()).hexdigest()}"
        if is_too_often(name, most=MOST_A_MINUTE, seconds=A_MINUTE):
            return render(request, "429.html", status=429)
        answer = view(request, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        return answer

    return public(cast("View[P]", csrf_exempt(never_cache(limited))))


@contextmanager
def speaking_to(request: HttpRequest, language: str) -> Iterator[None]:
    """In the person's language, unless the visitor has chosen another one on such a page."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        language = company().spoken(translation.get_language() or language)
    zone = company().time_zone
    with translation.override(language), timezone.override(zone):
        request.LANGUAGE_CODE = language
        yield


def _gone(request: HttpRequest) -> HttpResponse:
    """A link that is cut short, forged, or of somebody of whom nothing is kept any more."""
    name = f"public:gone:{client_address(request)}"
    if is_too_often(name, most=MOST_A_MINUTE, seconds=A_MINUTE):
        return render(request, "429.html", status=429)
    return render(request, "marketing/public/gone.html", status=404)


def _is_one_click(request: HttpRequest) -> bool:
    """RFC 8058: the mail program asks by itself, and wants no page."""
    return request.POST.get("List-Unsubscribe") == "One-Click"


@for_visitors
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    link, at = unsubscribing_of(token), timezone.now()
    if link is None:
        return _gone(request)
    if request.method == "POST" and _is_one_click(request):
        unsubscribe(link=link, detail="one-click", at=at)
        return HttpResponse("", content_type="text/plain")
    contact = contact_now(link.contact)
    if contact is None:
        return _gone(request)
    with speaking_to(request, language_of(contact)):
        form = LeavingForm(request.POST or None)
        purpose = purpose_of(link)
        context = {
            "form": form,
            "address": masked(contact.email),
            "purpose": public_name(purpose) if purpose is not None else "",
            "preferences": preferences_path(contact.pk),
            "is_all": purpose is None or "all" in request.POST,
        }
        if request.method != "POST":
            return render(request, "marketing/public/unsubscribe.html", context)
        detail = form.detail()
        unsubscribe(link=link, detail=detail, at=at)
        if "all" in request.POST:
            source = ConsentSource.UNSUBSCRIBE
            unsubscribe_from_all(contact=contact, detail=detail, at=at, source=source)
        return render(request, "marketing/public/unsubscribed.html", context)


@for_visitors
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Topics, frequency, pause, counting, everything off; and what is kept of it."""
    contact = _contact_of(token)
    if contact is None:
        return _gone(request)
    with speaking_to(request, language_of(contact)):
        if request.method == "POST" and "all" in request.POST:
            source, detail = ConsentSource.CENTRE, LeavingForm(request.POST).detail()
            at = timezone.now()
            unsubscribe_from_all(contact=contact, detail=detail, at=at, source=source)
            return redirect(f"{request.path}?left")
        known = ContactPreference.objects.filter(contact=contact).first()
        choices = choices_of(contact)
        form = WishesForm(request.POST or None, choices=choices, known=known)
        if request.method == "POST" and form.is_valid():
            at = timezone.now()
            save_wishes(contact=contact, wishes=form.wishes(at), at=at)
            return redirect(f"{request.path}?saved")
        context = _preferences_context(contact, token) | {"form": form, "choices": choices}
        status = UNPROCESSABLE if request.method == "POST" else 200
        context |= {"is_saved": "saved" in request.GET, "has_left": "left" in request.GET}
        return render(request, "marketing/public/preferences.html", context, status=status)


def _preferences_context(contact: Contact, token: str) -> dict[str, Any]:
    trail = trail_of(contact.pk)
    return {
        "address": masked(contact.email),
        "token": token,
        "leaving": LeavingForm(),
        "suppression": suppression_of(contact),
        "trail": [{"event": event, "name": public_name(event.purpose)} for event in trail],
    }


def _contact_of(token: str) -> Contact | None:
    pk = contact_of(token)
    return contact_now(pk) if pk is not None else None


@for_visitors
@require_GET
def preferences_data(request: HttpRequest, token: str) -> HttpResponse:
    """All that is kept on consent, for the person to take along."""
    contact = _contact_of(token)
    if contact is None:
        return _gone(request)
    with speaking_to(request, language_of(contact)):
        said = own_data(contact)
    answer = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="consent.json"'
    return answer


@for_visitors
@require_http_methods(["GET", "HEAD", "POST"])
def consent_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The button of double opt-in."""
    number = request_of(token)
    if number is None:
        return render(request, "marketing/public/stale.html", status=410)
    asked = ConfirmationRequest.objects.filter(pk=number).first()
    if asked is None:
        return _gone(request)
    contact = contact_now(asked.contact_id)
    with speaking_to(request, asked.language or language_of(contact)):
        if request.method == "POST":
            asked = confirm(request_id=number, at=timezone.now()) or asked
        context = {
            "asked": asked,
            "address": masked(asked.address),
            "purposes": [public_name(each) for each in asked.purposes.order_by("name_key")],
            "preferences": preferences_path(contact.pk) if contact is not None else "",
        }
        return render(request, "marketing/public/confirm.html", context)
