"""The timeline of a record and the box above it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import permissions
from core.models import User
from core.pages import render_page
from core.permissions import requires
from crm.forms import ActivityForm
from crm.models import Activity, Company, Contact, Deal, Event, Group, Lead, Product
from crm.queries.timeline import timeline_of

RECORDS: dict[str, Any] = {
    model._meta.label_lower: model
    for model in (Lead, Contact, Company, Deal, Product, Activity, Group, Event)
}
# Those that activities hang on.
WRITTEN_ON = ("crm.lead", "crm.contact", "crm.company", "crm.deal")


def record_or_404(object_type: str, pk: int, user: User) -> Any:
    """A record with a timeline, if the user sees it."""
    if object_type not in RECORDS:
        raise Http404
    rows = RECORDS[object_type].objects.visible_to(user).for_list()
    if object_type == "crm.lead":
        rows = rows.select_related("imported_by")
    return get_object_or_404(rows, pk=pk)


def timeline_context(record: Any, user: User, query: QueryDict | None = None) -> dict[str, Any]:
    """What `crm/timeline/tab.html` needs: the first page of the timeline and an empty composer."""
    return {
        **stream_context(record, user, query or QueryDict()),
        **composer_context(record, user),
    }


def stream_context(record: Any, user: User, query: QueryDict) -> dict[str, Any]:
    """A page of the timeline, as `kind` and `before` of the address say."""
    kind, before = query.get("kind", ""), query.get("before", "")
    object_type = record._meta.label_lower
    url = reverse("timeline", args=[object_type, record.pk])
    timeline = timeline_of(record, user, kind=kind, before=before, at=timezone.now())
    older = {"kind": kind, "before": timeline.older} if kind else {"before": timeline.older}
    return {
        "record": record,
        "timeline": timeline,
        "timeline_url": url,
        "timeline_on": f"{object_type}:{record.pk}",
        "timeline_kind": kind,
        "timeline_filters": _filters(object_type, url, kind, user),
        "older_url": f"{url}?{urlencode(older)}" if timeline.older else "",
        "may_tick": permissions.access_of(user).may("crm.activity.edit"),
        "now": timezone.now(),
    }


def _filters(object_type: str, url: str, current: str, user: User) -> list[dict[str, Any]]:
    """What the timeline can be narrowed to."""
    words = {"": pgettext("timeline", "Everything")}
    if object_type in WRITTEN_ON and permissions.access_of(user).may("crm.activity.view"):
        words |= {
            "note": _("Notes"),
            "call": _("Calls"),
            "meeting": _("Meetings"),
            "task": _("Tasks"),
            "email": _("E-mails"),
        }
    if object_type in WRITTEN_ON and object_type != "crm.deal":
        words["interaction"] = pgettext("timeline", "Interest")
    words["change"] = _("Changes")
    return [
        {
            "label": label,
            "url": f"{url}?{urlencode({'kind': kind})}" if kind else url,
            "is_current": kind == current,
        }
        for kind, label in words.items()
    ]


def composer_context(record: Any, user: User, form: ActivityForm | None = None) -> dict[str, Any]:
    """The box for a new activity; none where none can be added."""
    object_type = record._meta.label_lower
    may_write = permissions.access_of(user).may("crm.activity.create")
    if object_type not in WRITTEN_ON or not may_write:
        return {"composer": None}
    return {
        "record": record,
        "composer": form or ActivityForm(user=user),
        "composer_url": reverse("activity_log", args=[object_type, record.pk]),
        "people_url": "" if form else reverse("activity_people", args=[object_type, record.pk]),
    }


@requires("crm.activity.view")
def timeline(request: HttpRequest, object_type: str, pk: int) -> HttpResponse:
    """A page of the timeline: the whole of it, or what is older than the entries shown."""
    user = permissions.user_of(request)
    record = record_or_404(object_type, pk, user)
    context = stream_context(record, user, request.GET)
    parts = {"timeline": "timeline", "timeline-more": "more"}
    return render_page(request, "crm/timeline/page.html", context, parts=parts)
