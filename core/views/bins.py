"""The bin: what was deleted, bringing it back, deleting it for good."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import permissions
from core.changes.words import counted, question_of, submit_of
from core.conditions import Viewpoint
from core.fields.ordering import Order
from core.lists.definition import ListDefinition
from core.lists.keyset import fetch_page
from core.lists.selection import Selection
from core.models import ChangeSet
from core.pages import leave_for, render_page, way_back
from core.permissions import requires, signed_in
from core.queries.bins import bins_of, described, rows_in_bin
from core.services.bins import erase_records
from core.services.bulk_changes import MOST_AT_ONCE, Outcome
from core.services.records import restore_records
from core.values import grouped
from core.views.bulk import say_done
from core.views.list_tools import list_for, render_tool

PAGE_SIZE = 50
MOST_WORDS = 200
NAMES_SHOWN = 5


@signed_in
def bin_list(request: HttpRequest) -> HttpResponse:
    """The deleted records of one type, newest first; a tab for each type the user may delete."""
    user = permissions.user_of(request)
    bins = bins_of(user)
    wanted = request.GET.get("type", "")
    current = next((found for found in bins if found.key == wanted), bins[0] if bins else None)
    if current is None:
        raise Http404
    view = Viewpoint(user, timezone.localtime())
    words = request.GET.get("q", "").replace("\0", "").strip()[:MOST_WORDS]
    page = fetch_page(
        rows_in_bin(current, view, words),
        sort=Order("deleted_at"),
        descending=True,
        size=PAGE_SIZE,
        token=request.GET.get("after", ""),
    )
    context: dict[str, Any] = {
        "tabs": [_tab(found, current) for found in bins],
        "current": current,
        "words": words,
        "binned": described(current, page.rows, view),
        "previous_url": _place(current, words, page.previous_token),
        "next_url": _place(current, words, page.next_token),
        "days": settings.BIN_DAYS,
        "actions": _actions(current, view),
    }
    return render_page(request, "core/bin/list.html", context, parts={"bin": "bin"})


def _tab(found: ListDefinition, current: ListDefinition) -> dict[str, Any]:
    return {
        "label": found.title,
        "icon": found.icon,
        "url": f"{reverse('bin_list')}?{urlencode({'type': found.key})}",
        "is_current": found is current,
    }


def _place(current: ListDefinition, words: str, token: str) -> str:
    query = urlencode({"type": current.key, "q": words, "after": token})
    return f"?{query}" if token else ""


def _actions(current: ListDefinition, view: Viewpoint) -> list[dict[str, Any]]:
    """What can be done with the ticked records."""
    actions = [
        {
            "label": submit_of("restore"),
            "icon": "restore",
            "url": reverse("bin_restore", args=[current.key]),
            "name": "apply",
            "value": "1",
        }
    ]
    if view.access.may("core.bin.empty"):
        url = reverse("bin_erase", args=[current.key])
        label = submit_of("erase")
        ask = {"name": "ask", "value": "1", "target": "list-dialog"}
        actions.append({"label": label, "icon": "trash", "url": url, **ask})
    return actions


@signed_in
@require_POST
def bin_restore(request: HttpRequest, record_type: str) -> HttpResponse:
    """Bring the ticked records back."""
    user = permissions.user_of(request)
    definition = list_for(user, record_type)
    permissions.require(user, f"{definition.key}.delete")
    change_set: ChangeSet = restore_records(
        rows=_ticked(request, definition), by=user, at=timezone.now()
    )
    say_done(request, Outcome(change_set))
    return way_back(request, "bin_list")


@requires("core.bin.empty")
@require_POST
def bin_erase(request: HttpRequest, record_type: str) -> HttpResponse:
    """Name what would be gone; once confirmed, delete it for good."""
    user = permissions.user_of(request)
    definition = list_for(user, record_type)
    view = Viewpoint(user, timezone.localtime())
    rows = _ticked(request, definition)
    if "confirmed" not in request.POST:
        return _confirm(request, definition, view, rows)
    erased = erase_records(rows=rows, by=user)
    messages.success(request, _erased_sentence(definition, erased.count, erased.left_alone))
    return leave_for(request, f"{reverse('bin_list')}?{urlencode({'type': definition.key})}")


def _ticked(request: HttpRequest, definition: ListDefinition) -> Any:
    ids = Selection.of_texts(definition.kind, request.POST.getlist("ids")).ids[:MOST_AT_ONCE]
    return definition.kind.model._base_manager.filter(pk__in=ids)


def _confirm(
    request: HttpRequest, definition: ListDefinition, view: Viewpoint, rows: Any
) -> HttpResponse:
    found = list(rows_in_bin(definition, view, "").filter(pk__in=rows).order_by("pk"))
    names = [row.name_for(view.access) for row in found]
    context: dict[str, Any] = {
        "names": names[:NAMES_SHOWN],
        "more": len(names[NAMES_SHOWN:]),
        "ids": [row.pk for row in found],
        "action": reverse("bin_erase", args=[definition.key]),
        "submit": submit_of("erase"),
        "back": f"{reverse('bin_list')}?{urlencode({'type': definition.key})}",
    }
    title = question_of("erase", definition.key, len(found))
    return render_tool(request, title, "core/bin/erase.html", context)


def _erased_sentence(definition: ListDefinition, count: int, left: int) -> str:
    words = {"count": grouped(count), "records": counted(definition.key, count)}
    sentence = (
        ngettext(
            "%(count)s %(records)s is deleted for good.",
            "%(count)s %(records)s are deleted for good.",
            count,
        )
        % words
    )
    if left:
        needed = ngettext(
            "%(count)s is needed by other records and stays in the bin.",
            "%(count)s are needed by other records and stay in the bin.",
            left,
        )
        sentence += " " + needed % {"count": grouped(left)}
    return sentence
