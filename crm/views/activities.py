"""Activities: their pages; written in the composer, ticked off, put off."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.errors import Refused
from core.ids import id_in
from core.models import User
from core.pages import UNPROCESSABLE, is_by_htmx, render_page, say, target_of, way_back
from core.pages.records import create_page, detail_page, edit_page
from core.permissions import requires
from crm.choices import ActivityKind
from crm.forms import ActivityForm
from crm.models import Activity
from crm.queries.activities import activity_owners
from crm.queries.open_tasks import put_off
from crm.queries.timeline.people import people_around
from crm.services.activities import (
    complete_activity,
    log_activity,
    move_activity,
    plan_activity,
    reopen_activity,
)
from crm.views.open_tasks import tasks_context
from crm.views.timeline import (
    WRITTEN_ON,
    composer_context,
    record_or_404,
    stream_context,
    timeline_context,
)


@requires("crm.activity.view")
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, "crm.activity", pk, timeline=timeline_context)


@requires("crm.activity.create")
def activity_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, "crm.activity")


@requires("crm.activity.edit")
def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, "crm.activity", pk)


# -- the composer ---------------------------------------------------------------------------------


@requires("crm.activity.create")
@require_POST
def activity_log(request: HttpRequest, object_type: str, pk: int) -> HttpResponse:
    """Add an activity to a record: what lies in the future is planned, the rest has happened."""
    user = permissions.user_of(request)
    record = record_or_404(object_type, pk, user)
    if object_type not in WRITTEN_ON:
        raise Http404
    form = _whole_form(request.POST, record, user)
    activity = _written(form, object_type, record, user) if form.is_valid() else None
    if activity is None:
        return _refused(request, record, user, form)
    sentence = _said(activity)
    if not is_by_htmx(request):
        messages.success(request, sentence)
        return redirect(record)
    record.refresh_from_db(fields=["touched_at"])
    return say(_composed(request, record, user), sentence)


@requires("crm.activity.create")
def activity_people(request: HttpRequest, object_type: str, pk: int) -> HttpResponse:
    """The fields of the composer that need a look at people; asked for when a kind is chosen."""
    user = permissions.user_of(request)
    record = record_or_404(object_type, pk, user)
    if object_type not in WRITTEN_ON:
        raise Http404
    form = _whole_form(None, record, user)
    lines = [line for line in form.lines if line[0].name in ("owner", "guests")]
    return render_page(request, "crm/timeline/composer_lines.html", {"lines": lines})


def _whole_form(data: Any, record: Any, user: User) -> ActivityForm:
    return ActivityForm(
        data, user=user, owners=activity_owners(user), people=people_around(record, user)
    )


def _written(form: ActivityForm, object_type: str, record: Any, user: User) -> Activity | None:
    """The activity as it is stored; none, and an error of the form, where the service refuses."""
    now = timezone.now()
    activity = form.activity()
    setattr(activity, object_type.rpartition(".")[2], record)
    try:
        if is_ahead(activity, now):
            return plan_activity(activity=activity, guests=form.guests_chosen(), by=user, at=now)
        return log_activity(activity=activity, guests=form.guests_chosen(), by=user, at=now)
    except Refused as refusal:
        form.add_error(NON_FIELD_ERRORS, str(refusal))
        return None


def is_ahead(activity: Activity, now: datetime) -> bool:
    """A task is always still to be done, a call or a meeting when its time is to come."""
    if activity.kind in (ActivityKind.CALL, ActivityKind.MEETING):
        return activity.at is not None and activity.at > now
    return activity.kind == ActivityKind.TASK


def _said(activity: Activity) -> str:
    if activity.is_done:
        return _("The entry is saved.")
    return _("It is planned.")


def _refused(request: HttpRequest, record: Any, user: User, form: ActivityForm) -> HttpResponse:
    """The box with its errors in place; without scripts on a page of its own."""
    context = composer_context(record, user, form)
    parts = {"composer": "composer"}
    template = "crm/timeline/composer_page.html"
    return render_page(request, template, context, parts=parts, status=UNPROCESSABLE)


def _composed(request: HttpRequest, record: Any, user: User) -> HttpResponse:
    """An empty box again, and the timeline as it is now, beside the main swap."""
    context = {**timeline_context(record, user), "is_beside": True}
    return HttpResponse(render_to_string("crm/timeline/composed.html", context, request))


# -- what was planned ------------------------------------------------------------------------------


def _activity(request: HttpRequest, pk: int) -> Activity:
    user = permissions.user_of(request)
    rows = Activity.objects.visible_to(user, "edit").for_list()
    activity: Activity = get_object_or_404(rows, pk=pk)
    return activity


@requires("crm.activity.edit")
@require_POST
def activity_complete(request: HttpRequest, pk: int) -> HttpResponse:
    activity, user = _activity(request, pk), permissions.user_of(request)
    complete_activity(activity=activity, by=user, at=timezone.now())
    return _answer(request, _("Done."), reverse("activity_reopen", args=[pk]))


@requires("crm.activity.edit")
@require_POST
def activity_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    activity, user = _activity(request, pk), permissions.user_of(request)
    reopen_activity(activity=activity, by=user)
    return _answer(request, _("Reopened."))


@requires("crm.activity.edit")
@require_POST
def activity_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put off to tomorrow or to next week, or to a day that is given."""
    activity, user = _activity(request, pk), permissions.user_of(request)
    before = activity.at.isoformat() if activity.at else "none"
    given = request.POST.get("to", "") or request.GET.get("to", "")
    move_activity(activity=activity, to=put_off(activity, given, timezone.now()), by=user)
    undo = f"{reverse('activity_snooze', args=[pk])}?{urlencode({'to': before})}"
    return _answer(request, _("Snoozed."), undo)


def _answer(request: HttpRequest, sentence: str, undo: str = "") -> HttpResponse:
    """What stands where the button was: the task list, the timeline; else the page anew."""
    if not is_by_htmx(request):
        messages.success(request, sentence)
        return way_back(request)
    user = permissions.user_of(request)
    target = target_of(request)
    if target == "tasks":
        context = tasks_context(user, request.POST.get("owner", ""))
        answer = HttpResponse(render_to_string("crm/tasks/list.html", context, request))
    elif target == "timeline":
        context = stream_context(_record_of(request, user), user, QueryDict())
        answer = HttpResponse(render_to_string("crm/timeline/timeline.html", context, request))
    else:
        return say(HttpResponse(status=204), sentence, undo=undo, activityChanged=True)
    return say(answer, sentence, undo=undo)


def _record_of(request: HttpRequest, user: User) -> Any:
    """The record whose timeline the button stands in."""
    object_type, _colon, number = request.POST.get("on", "").partition(":")
    pk = id_in(number)
    if pk is None:
        raise Http404
    return record_or_404(object_type, pk, user)
