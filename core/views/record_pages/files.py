"""Files of a record: uploading, downloading, taking away and bringing back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from core import permissions
from core.downloads import attachment_download
from core.errors import Refused
from core.models import Attachment
from core.pages import is_by_htmx, leave_for, say
from core.pages.records import files_context, page_or_404, record_or_404
from core.permissions import requires_of_record, takes_files
from core.services.attachments import BINARY, add_file, delete_file, files_of, restore_file

MOST_AT_ONCE = 20


def _record(request: HttpRequest, object_type: str, pk: int, action: str = "view") -> Any:
    user = permissions.user_of(request)
    return record_or_404(page_or_404(object_type), pk, user, action)


def _answer(request: HttpRequest, record: Any) -> HttpResponse:
    if not is_by_htmx(request):
        return redirect(f"{record.get_absolute_url()}?tab=files")
    context = {"record": record, "may_edit": True, **files_context(record)}
    return render(request, "core/record/files.html", context)


@takes_files
@requires_of_record("edit")
@require_POST
def record_files_add(request: HttpRequest, object_type: str, pk: int) -> HttpResponse:
    """Several files at once; what is refused is said, the others are kept."""
    user = permissions.user_of(request)
    record = _record(request, object_type, pk, "edit")
    kept = 0
    for upload in request.FILES.getlist("files")[:MOST_AT_ONCE]:
        try:
            add_file(record=record, upload=upload, by=user)
            kept += 1
        except Refused as refusal:
            messages.error(request, str(refusal))
    if kept:
        sentence = ngettext("%(count)s file is kept.", "%(count)s files are kept.", kept)
        messages.success(request, sentence % {"count": kept})
    elif not request.FILES:
        messages.error(request, _("Choose a file first."))
    return redirect(f"{record.get_absolute_url()}?tab=files")


@requires_of_record("view")
@require_GET
def record_file(request: HttpRequest, object_type: str, pk: int, file: int) -> HttpResponseBase:
    """The file as a download: a browser never opens or runs what somebody has uploaded."""
    record = _record(request, object_type, pk)
    attachment: Attachment = get_object_or_404(files_of(record), pk=file)
    return attachment_download(attachment, attachment.content_type or BINARY)


@requires_of_record("edit")
@require_POST
def record_file_delete(request: HttpRequest, object_type: str, pk: int, file: int) -> HttpResponse:
    record = _record(request, object_type, pk, "edit")
    attachment: Attachment = get_object_or_404(files_of(record), pk=file)
    delete_file(
        attachment=attachment,
        record=record,
        by=permissions.user_of(request),
        at=timezone.now(),
    )
    text = _("“%(name)s” is deleted.") % {"name": attachment.name}
    response = _answer(request, record)
    if is_by_htmx(request):
        undo = reverse("record_file_restore", args=[object_type, pk, file])
        return say(response, text, undo=undo)
    messages.success(request, text)
    return response


@requires_of_record("edit")
@require_POST
def record_file_restore(request: HttpRequest, object_type: str, pk: int, file: int) -> HttpResponse:
    record = _record(request, object_type, pk, "edit")
    deleted = Attachment.objects.filter(
        object_type=object_type, object_id=record.pk, deleted_at__isnull=False
    )
    attachment: Attachment = get_object_or_404(deleted, pk=file)
    restore_file(attachment=attachment, record=record, by=permissions.user_of(request))
    messages.success(request, _("“%(name)s” is back.") % {"name": attachment.name})
    return leave_for(request, f"{record.get_absolute_url()}?tab=files")
