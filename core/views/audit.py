"""The audit log: searching it, taking it along; who exported what, and who logged in."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import audit, permissions
from core.downloads import CSV, download
from core.forms.audit import AuditForm
from core.ids import id_in
from core.models import User
from core.pages import render_page
from core.permissions import requires
from core.queries.audit import SECONDS, AuditLine, AuditPage, AuditSearch, all_lines, audit_page
from core.queries.privacy import exports_page, sign_ins_page
from core.speaking import speaking_as
from core.spreadsheets import defused
from core.time_limits import TookTooLong, at_most

VIEW = "core.audit.view"
BYTE_ORDER_MARK = "\ufeff"


@requires(VIEW)
def audit_list(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    form, search = _asked(request, user)
    try:
        with at_most(SECONDS):
            page = audit_page(search, user, before=id_in(request.GET.get("before", "")))
            has_time = True
    except TookTooLong:
        page, has_time = AuditPage([]), False
    query = {name: value for name, value in request.GET.items() if value and name != "before"}
    context = {
        "form": form,
        "search": search,
        "page": page,
        "has_time": has_time,
        "query": urlencode(query),
    }
    return render_page(request, "core/settings/audit.html", context)


def _asked(request: HttpRequest, user: User) -> tuple[AuditForm, AuditSearch]:
    form = AuditForm(request.GET, user=user)
    form.is_valid()  # what cannot be read is shown at its field, and not asked for
    return form, form.search()


@requires(VIEW)
@require_POST
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """What is found, as CSV; the export is an event itself."""
    user = permissions.user_of(request)
    _form, search = _asked(request, user)
    sought = {name: (None, str(value)) for name, value in vars(search).items() if value}
    audit.record(actor=user, action="export", object_type="core.auditevent", changes=sought)
    name = f"{_('Audit log')} {timezone.localdate():%Y-%m-%d}.csv"
    return download(_pieces(search, user), name, CSV)


def _pieces(search: AuditSearch, user: User) -> Iterator[bytes]:
    """Made after the request is over, so its language and time zone are gone."""
    with speaking_as(user):
        heads = [_("When"), _("Who"), _("What was done"), _("To what"), _("Number"), _("Changes")]
        yield BYTE_ORDER_MARK.encode() + _row(heads)
        for line in all_lines(search, user):
            yield _row(_values(line))


def _values(line: AuditLine) -> list[str]:
    event = line.event
    at = timezone.localtime(event.at).replace(microsecond=0).isoformat(sep=" ")
    changes = [f"{each.label}: {each.before or ''} → {each.after or ''}" for each in line.fields]
    who = event.actor.email if event.actor else ""
    number = "" if event.object_id is None else str(event.object_id)
    what = f"{line.what} {line.name}".strip()
    return [at, who, line.title, what, number, "\n".join(changes)]


def _row(values: list[str]) -> bytes:
    buffer = StringIO()
    csv.writer(buffer).writerow([defused(value) for value in values])
    return buffer.getvalue().encode()


@requires(VIEW)
def privacy_exports(request: HttpRequest) -> HttpResponse:
    """Who exported which rows of which list, with which fields."""
    user = permissions.user_of(request)
    context: dict[str, Any] = exports_page(user, id_in(request.GET.get("before", "")))
    return render_page(request, "core/settings/exports.html", context)


@requires(VIEW)
def privacy_sign_ins(request: HttpRequest) -> HttpResponse:
    user = permissions.user_of(request)
    context = sign_ins_page(
        user,
        id_in(request.GET.get("before", "")),
        only_failed=request.GET.get("failed") == "yes",
    )
    return render_page(request, "core/settings/sign_ins.html", context)
