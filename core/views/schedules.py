"""When jobs run by themselves: looking, and changing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_celery_beat.models import PeriodicTask

from core import permissions
from core.pages import render_page, way_back
from core.permissions import requires
from core.queries.schedules import schedule_lines
from core.services.schedules import HOURS, change_schedule

MANAGE = "core.settings.manage"


@requires(MANAGE)
def schedule_list(request: HttpRequest) -> HttpResponse:
    context = {"lines": schedule_lines(timezone.now()), "hours": HOURS}
    return render_page(request, "core/settings/schedules.html", context)


@requires(MANAGE)
@require_POST
def schedule_update(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(PeriodicTask, pk=pk)
    hours = {str(hour): hour for hour in HOURS}
    change_schedule(
        task_id=pk,
        hour=hours.get(request.POST.get("hour", "")),
        is_enabled="enabled" in request.POST,
        by=permissions.user_of(request),
    )
    messages.success(request, _("The schedule is saved."))
    return way_back(request, "job_list")
