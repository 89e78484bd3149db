"""Changing when jobs run by themselves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.permissions import requires
from core.services.schedules import HOURS, change_schedule


@requires("core.settings.manage")
@require_POST
def schedule_update(request: HttpRequest, kind: str) -> HttpResponse:
    hours = {str(hour): hour for hour in HOURS}
    change_schedule(
        kind=kind,
        hour=hours.get(request.POST.get("hour", "")),
        is_enabled="enabled" in request.POST,
        by=permissions.user_of(request),
    )
    messages.success(request, _("The schedule is saved."))
    return redirect("job_list")
