"""Putting back what a field was before a change."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.errors import Refused
from core.models import AuditEvent
from core.pages.records import page_or_404, record_or_404
from core.permissions import requires_of_record
from core.records.restoring import restore_value


@requires_of_record("edit")
@require_POST
def record_restore(
    request: HttpRequest, object_type: str, pk: int, event: int, name: str
) -> HttpResponse:
    user = permissions.user_of(request)
    page = page_or_404(object_type)
    record = record_or_404(page, pk, user, "edit")
    trail = AuditEvent.objects.filter(object_type=object_type, object_id=pk)
    change: AuditEvent = get_object_or_404(trail, pk=event)
    try:
        field = restore_value(
            page=page, record=record, event=change, name=name, by=user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(field)s” is restored.") % {"field": field.label})
    return redirect(f"{record.get_absolute_url()}?tab=changes")
