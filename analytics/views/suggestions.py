"""Answers to suggested actions: accept, later, not useful, and back."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.forms.lifecycle import RefuseForm, SnoozeForm
from analytics.models import SuggestionAnswer
from analytics.queries.suggestions import suggestions_for
from analytics.services.suggestions import (
    MOST_KEY,
    PERMISSION,
    Asked,
    accept,
    refuse,
    snooze,
    undo_answer,
)
from core import permissions
from core.errors import Refused
from core.pages import UNPROCESSABLE, is_by_htmx, refusals_in, render_page, way_back
from core.permissions import requires
from core.queries.home import HomeView
from core.queries.start import frame_of
from crm.choices import LifeAction
from crm.models import Contact, ContactLife

VIEW = "crm.contact.view"  # of the contact; the service asks for the right to plan


@requires("analytics.lifecycle.view")
def home_next(request: HttpRequest) -> HttpResponse:
    """The suggestions that gain most: a part of home, and a page of its own where no script runs."""
    user = permissions.user_of(request)
    frame_of(user)
    home = HomeView.of(user, request.GET.get("show", ""))
    context = {"p": suggestions_for(home, user)}
    return render_page(request, "analytics/home_next.html", context, parts={"home-next": "next"})


def _contact(request: HttpRequest, pk: int) -> Contact:
    rows = Contact.objects.visible_to(permissions.user_of(request)).for_list()
    found: Contact = get_object_or_404(rows, pk=pk)
    return found


def _asked(request: HttpRequest, contact: Contact) -> Asked:
    key = request.POST.get("key", "")[:MOST_KEY] or uuid4().hex
    action, by = request.POST.get("action", ""), permissions.user_of(request)
    return Asked(contact, action, by, timezone.now(), key)


@requires(VIEW)
@require_POST
def suggestion_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan what is suggested: one press."""
    contact = _contact(request, pk)
    try:
        answer = accept(_asked(request, contact))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = {"action": LifeAction(answer.action).label}
        _say(request, answer, _("Planned for the day after tomorrow: %(action)s.") % words)
    return way_back(request)


def _say(request: HttpRequest, answer: SuggestionAnswer, text: str) -> None:
    undo = reverse("suggestion_undo", args=[answer.pk])
    messages.success(request, text, extra_tags=undo)


@requires(VIEW)
def suggestion_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is suggested for the contact until a day."""
    contact, is_sent = _contact(request, pk), request.method == "POST"
    form = SnoozeForm(request.POST if is_sent else None, today=timezone.localdate())
    if is_sent and form.is_valid():
        until = form.cleaned_data["until"]
        with refusals_in(form):
            answer = snooze(_asked(request, contact), until=until)
            words = {"day": date_format(until, "DATE_FORMAT")}
            _say(request, answer, _("Suggested again on %(day)s.") % words)
            return way_back(request)
    title = _("Suggest it later")
    return _answer_page(request, contact, form, title, "suggestion_snooze")


@requires(VIEW)
def suggestion_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The suggestion is not useful, and why."""
    contact, is_sent = _contact(request, pk), request.method == "POST"
    form = RefuseForm(request.POST if is_sent else None)
    if is_sent and form.is_valid():
        with refusals_in(form):
            answer = refuse(_asked(request, contact), reason=form.cleaned_data["reason"])
            _say(request, answer, _("Not suggested for this contact in this stage again."))
            return way_back(request)
    title = _("Not useful")
    return _answer_page(request, contact, form, title, "suggestion_refuse")


def _answer_page(
    request: HttpRequest, contact: Contact, form: Any, title: str, name: str
) -> HttpResponse:
    life = ContactLife.objects.filter(pk=contact.pk).first()
    action = request.POST.get("action") or (life.action if life else "")
    context = {
        "form": form,
        "title": title,
        "contact": contact,
        "action": action,
        "action_label": LifeAction(action).label if action in LifeAction.values else "",
        "address": reverse(name, args=[contact.pk]),
        "key": request.POST.get("key") or uuid4().hex,
        "next": request.POST.get("next") or request.headers.get("Referer", ""),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render_page(request, "analytics/suggestion_answer.html", context, status=status)


@requires(PERMISSION)
@require_POST
def suggestion_undo(request: HttpRequest, answer_pk: int) -> HttpResponse:
    """Take one's own answer back, with the activity it made."""
    user = permissions.user_of(request)
    own = SuggestionAnswer.objects.filter(by=user)
    answer = get_object_or_404(own.select_related("activity"), pk=answer_pk)
    try:
        undo_answer(answer=answer, by=user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The answer is taken back."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """A button of a toast has the page load anew."""
    if is_by_htmx(request):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return way_back(request)
