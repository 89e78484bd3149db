"""The export of everything: making one, downloading it, deleting it before its time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.choices import ACTIVE_STATES
from core.downloads import archive_download
from core.models import Archive, JobRun
from core.pages import render_page
from core.permissions import requires
from core.services.archives import (
    KEPT_DAYS,
    KIND,
    PERMISSION,
    ask_for_archive,
    delete_archive,
    note_download,
)
from core.tasks import wake


@requires(PERMISSION)
def archive_list(request: HttpRequest) -> HttpResponse:
    """What can be downloaded; POST asks for a new one."""
    if request.method == "POST":
        run = ask_for_archive(by=permissions.user_of(request), as_of=timezone.now())
        wake(run.pk)
        return redirect("job_run", pk=run.pk)
    context = {
        "archives": Archive.objects.filter(expires_at__gt=timezone.now())
        .select_related("created_by")
        .order_by("-pk"),
        "active": JobRun.objects.filter(kind=KIND, state__in=ACTIVE_STATES).first(),
        "kept_days": KEPT_DAYS,
    }
    return render_page(request, "core/settings/archives.html", context)


def _archive(pk: int) -> Archive:
    return get_object_or_404(Archive, pk=pk, expires_at__gt=timezone.now())


@requires(PERMISSION)
@require_POST
def archive_file(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The archive; that it was taken is noted, so this is no GET."""
    archive = _archive(pk)
    note_download(archive=archive, by=permissions.user_of(request))
    return archive_download(archive)


@requires(PERMISSION)
@require_POST
def archive_delete(request: HttpRequest, pk: int) -> HttpResponse:
    delete_archive(archive=_archive(pk), by=permissions.user_of(request))
    messages.success(request, _("The archive is deleted."))
    return redirect("archive_list")
