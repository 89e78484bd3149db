"""How the installation is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.pages import render_page
from core.permissions import requires
from core.queries.system import (
    Group,
    database_facts,
    failed_runs,
    storage_facts,
    work_facts,
    worker_facts,
)
from core.services.system import send_test_mail

MANAGE = "core.settings.manage"


@requires(MANAGE)
def system_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "groups": [
            Group(_("Program and database"), list(database_facts(now))),
            Group(_("Jobs"), list(work_facts(now))),
            Group(_("Files and e-mail"), list(storage_facts(now))),
        ],
        "failed": failed_runs(permissions.user_of(request), now),
    }
    return render_page(request, "core/settings/system.html", context)


@requires(MANAGE)
def system_workers(request: HttpRequest) -> HttpResponse:
    """The workers that answer; the page asks for this part when it is there."""
    group = Group(_("Workers"), worker_facts())
    return render_page(
        request,
        "core/settings/system_workers.html",
        {"group": group},
        parts={"system-workers": "workers"},
    )


@requires(MANAGE)
@require_POST
def system_mail(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    send_test_mail(by=user)
    messages.success(request, _("A mail is on its way to %(email)s.") % {"email": user.email})
    return redirect("system_page")
