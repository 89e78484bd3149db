"""What somebody has to do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.errors import Refused
from core.models import User
from core.pages import UNPROCESSABLE, is_by_htmx, render_page, say
from core.permissions import requires
from crm.choices import ActivityKind
from crm.forms import TaskForm
from crm.models import Activity
from crm.queries.open_tasks import record_links, task_list, task_people
from crm.queries.timeline.activities import ICONS
from crm.services.activities import plan_activity


def tasks_context(user: User, owner: str, form: TaskForm | None = None) -> dict[str, Any]:
    """Somebody's tasks, by default the user's own."""
    people = task_people(user)
    person = next((each for each in people if str(each.pk) == owner), user)
    now = timezone.now()
    tasks = task_list(user, person, now)
    return {
        "tasks": tasks,
        "groups": [
            {"group": group, "rows": [_row(task, user) for task in group.tasks]}
            for group in tasks.groups
        ],
        "people": people,
        "now": now,
        "person": person,
        "is_own": person == user,
        "may_tick": permissions.access_of(user).may("crm.activity.edit"),
        "may_add": permissions.access_of(user).may("crm.activity.create"),
        "form": form or TaskForm(),
    }


def _row(task: Activity, user: User) -> dict[str, Any]:
    access = permissions.access_of(user)
    subject = task.subject if access.sees("crm.activity.subject") else ""
    return {
        "task": task,
        "name": subject or task.get_kind_display(),
        "icon": ICONS[task.kind],
        "is_day_only": task.kind == ActivityKind.TASK,
        "records": record_links(task, user),
        "may_tick": permissions.reaches(Activity, user, task, "edit"),
        "is_high": task.priority == "high" and access.sees("crm.activity.priority"),
    }


@requires("crm.activity.view")
def task_list_page(request: HttpRequest) -> HttpResponse:
    context = tasks_context(permissions.user_of(request), request.GET.get("owner", ""))
    return render_page(request, "crm/task_list.html", context, parts={"tasks": "tasks"})


@requires("crm.activity.create")
@require_POST
def task_add(request: HttpRequest) -> HttpResponse:
    """A task of one's own, of a line and a day."""
    user = permissions.user_of(request)
    form = TaskForm(request.POST)
    if not (form.is_valid() and _added(form, user)):
        context = tasks_context(user, "", form)
        parts = {"tasks": "tasks"}
        return render_page(
            request, "crm/task_list.html", context, parts=parts, status=UNPROCESSABLE
        )
    if not is_by_htmx(request):
        messages.success(request, _("It is planned."))
        return redirect("task_list")
    answer = HttpResponse(render_to_string("crm/tasks/list.html", tasks_context(user, ""), request))
    return say(answer, _("It is planned."))


def _added(form: TaskForm, user: User) -> bool:
    task = Activity(kind=ActivityKind.TASK, subject=form.cleaned_data["subject"], at=form.due_at())
    try:
        plan_activity(activity=task, by=user, at=timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
