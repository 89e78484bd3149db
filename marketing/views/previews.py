"""A message as mail programs show it, what is looked at before it is sent, and tests to colleagues."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from core.errors import Refused
from core.origins import absolute
from core.permissions import requires, user_of
from core.registries.panels import filled_panels
from crm.models import Contact
from marketing.pages.content import Place
from marketing.queries.audiences import Audience
from marketing.queries.fatigue import often_written_to
from marketing.queries.merge_fields import MergeFields
from marketing.queries.segment_rules import view_of
from marketing.services.campaigns.preflight import letter_checks
from marketing.services.messages.checks import links_in_letter, missing_of
from marketing.services.messages.link_checks import ask, asked_of
from marketing.services.messages.trying import example_contacts, letter_to, send_test
from marketing.tasks import wake_link_checks
from marketing.views.content import EDIT, contact_at, place_at

POLICY = "sandbox; default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
DARK = re.compile(r"\(prefers-color-scheme: dark\)")
SHOWN_FIELDS = 6


def _contact(request: HttpRequest, place: Place, said: Any) -> Contact | None:
    """The contact as which it is shown: the one that is asked for, else one of the audience."""
    user = user_of(request)
    chosen = contact_at(said, user)
    return chosen or next(iter(example_contacts(place.campaign, user, timezone.now())), None)


@requires(EDIT)
@require_GET
@xframe_options_sameorigin
def message_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter itself, for a frame: no scripts, its links lead nowhere."""
    place = place_at(request, pk)
    user, contact = user_of(request), _contact(request, place, request.GET)
    said = letter_to(place.message, place.campaign, contact, place.language, user)
    html = said.html.replace(absolute("/"), "/")
    if request.GET.get("dark"):
        html = DARK.sub("all", html).replace("color-scheme: light dark", "color-scheme: dark")
    answer = HttpResponse(html)
    answer["Content-Security-Policy"] = POLICY
    return answer


@requires(EDIT)
@require_GET
def message_checks(request: HttpRequest, pk: int) -> HttpResponse:
    """What is looked at before sending."""
    return _checks(request, place_at(request, pk))


@requires(EDIT)
@require_POST
def message_links(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a worker ask where the links lead; the checks as they stand now."""
    place = place_at(request, pk)
    urls = links_in_letter(place.message, place.campaign, user_of(request))
    if ask(urls, at=timezone.now()):
        wake_link_checks()
    return _checks(request, place)


def _checks(request: HttpRequest, place: Place) -> HttpResponse:
    user, at = user_of(request), timezone.now()
    checks, numbers = letter_checks(place.message, place.campaign, at, user)
    context = {
        "checks": checks,
        "to_fix": sum(not check.is_good for check in checks),
        "is_stopped": any(check.is_stop for check in checks),
        "numbers": numbers,
        "campaign": place.campaign,
        "message": place.message,
        "links": asked_of(links_in_letter(place.message, place.campaign, user), at=at),
    }
    if place.campaign is not None:
        context |= {
            "often": often_written_to(Audience.of(place.campaign), at),
            "expected": filled_panels("marketing.campaign.expected", place.campaign, user),
        }
    return render(request, "marketing/messages/checks.html", context)


@requires(EDIT)
@require_GET
def message_fields(request: HttpRequest, pk: int) -> HttpResponse:
    """The fields that may be used, with the number of people for whom each is empty."""
    place, user, at = place_at(request, pk), user_of(request), timezone.now()
    fields = MergeFields(view_of(user, at))
    names = [each.name for each in fields.offered if not each.is_of_sender]
    added = [
        each.name for each in fields.offered if each.resolved is not None and each.resolved.key
    ]
    first = list(dict.fromkeys([*names[:SHOWN_FIELDS], *added[:SHOWN_FIELDS]]))
    missing = missing_of(place.campaign, first, user, at)
    told = [
        {"label": fields.labels[each.name], "missing": missing.counts.get(each.name)}
        for each in fields.offered
    ]
    is_first = set(first)
    context = {
        "first": [
            row for row, each in zip(told, fields.offered, strict=True) if each.name in is_first
        ],
        "rest": [
            row for row, each in zip(told, fields.offered, strict=True) if each.name not in is_first
        ],
    }
    return render(request, "marketing/messages/fields.html", context)


@requires(EDIT)
@require_POST
def message_test(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter to a colleague."""
    place, user = place_at(request, pk), user_of(request)
    try:
        send_test(
            message=place.message,
            campaign=place.campaign,
            contact=_contact(request, place, request.POST),
            language=place.language,
            address=request.POST.get("address", ""),
            by=user,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The test is on its way."))
    return redirect(place.url())
