"""One fact of a record, edited in place."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core import permissions
from core.errors import Refused
from core.forms.records import RecordForm
from core.models import User
from core.pages import UNPROCESSABLE, is_by_htmx
from core.pages.records import CONFLICT, head_context, page_or_404, record_or_404
from core.permissions import requires_of_record
from core.records.declaration import RecordPage
from core.records.facts import FactReader, find_field


@requires_of_record("edit")
@require_http_methods(["GET", "POST"])
def record_field(request: HttpRequest, object_type: str, pk: int, name: str) -> HttpResponse:
    """The control of a field; its value when the edit is saved, or given up with ?as=value."""
    user = permissions.user_of(request)
    page = page_or_404(object_type)
    record = record_or_404(page, pk, user, "edit")
    data = request.POST if request.method == "POST" else None
    form = page.form(data, page=page, record=record, user=user, names=[name])
    if not form.known:
        raise Http404
    if not is_by_htmx(request) and data is None:
        return redirect(reverse(page.edit_url, args=[pk]))
    if data is None and request.GET.get("as") == "value":
        return _value(request, page, record, name, user)
    status = _save(form) if data is not None else 200
    if data is not None and status == 200:
        return _saved(request, page, pk, name, user)
    return _control(request, form, name, status)


def _save(form: RecordForm) -> int:
    if not form.is_valid():
        return UNPROCESSABLE
    try:
        form.save(timezone.now())
    except Refused as refusal:
        form.add_error(NON_FIELD_ERRORS, str(refusal))
        return UNPROCESSABLE
    return CONFLICT if form.conflicts else 200


def _control(request: HttpRequest, form: RecordForm, name: str, status: int) -> HttpResponse:
    next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    context: dict[str, Any] = {
        "form": form,
        "name": name,
        "bound": next(iter(form)),
        "url": request.path,
    }
    return render(request, "core/record/fact_form.html", context, status=status)


def _saved(request: HttpRequest, page: RecordPage, pk: int, name: str, user: User) -> HttpResponse:
    """The value; and the head, which may say it as well. Without scripts: the page."""
    record = record_or_404(page, pk, user)
    if not is_by_htmx(request):
        return redirect(record.get_absolute_url())
    return _value(request, page, record, name, user, with_head=True)


def _value(
    request: HttpRequest,
    page: RecordPage,
    record: Any,
    name: str,
    user: User,
    *,
    with_head: bool = False,
) -> HttpResponse:
    field = find_field(page, name, permissions.access_of(user))
    if field is None:
        raise Http404
    reader = FactReader(user)
    reader.prefetch([field], record)
    context = {"fact": reader.fact(field, record, True), "focus": True, "with_head": with_head}
    if with_head:
        context |= head_context(page, record, user)
    return render(request, "core/record/fact_saved.html", context)
