"""The pages of a record: to look at, to make, to change."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.errors import Refused
from core.forms.records import RecordForm
from core.ids import id_in
from core.lists import Neighbours, lists, neighbours
from core.lists.cells import LIST
from core.models import Tag, User
from core.pages import UNPROCESSABLE, render_page
from core.queries.changes import trail_of
from core.records.declaration import RecordPage, Tab, record_pages
from core.records.facts import FactReader, sections_of
from core.records.layouts import with_layout
from core.records.lookups import name_of
from core.registries import RecordType
from core.registries.panels import filled_panels, panels_of
from core.services.attachments import ACCEPTED, files_of
from core.services.recent import remember_opened

CONFLICT = 409
REMEMBERED_EVERY_SECONDS = 300
Timeline = Callable[[Any, User, QueryDict], dict[str, Any]]
MOST_ADDRESS = 4_000
FILES = Tab("files", _("Files"), "paperclip", "core/record/files.html")
CHANGES = Tab("changes", _("Changes"), "history", "core/record/changes.html")


def page_or_404(object_type: str) -> RecordPage:
    if object_type not in record_pages:
        raise Http404
    return record_pages[object_type]


def record_or_404(page: RecordPage, pk: int, user: User, action: str = "view") -> Any:
    """The record with what its page shows, if the user reaches it."""
    model: Any = page.record_type.model
    rows = page.rows(model.objects.visible_to(user, action).for_list()).prefetch_related("tags")
    rows = with_layout(rows, page.kind)
    return get_object_or_404(rows, pk=pk)


def detail_page(
    request: HttpRequest, object_type: str, pk: int, timeline: Timeline | None = None
) -> HttpResponse:
    """The record: facts, the open tab, what the apps above have to say.

    `timeline` answers the tabs that say which kind of entries they show.
    """
    user = permissions.user_of(request)
    page = page_or_404(object_type)
    record = record_or_404(page, pk, user)
    _remember(request, record, user)
    access = permissions.access_of(user)
    own = [each for each in page.tabs if not each.rule or access.sees(each.rule)]
    tabs = [*own, FILES, CHANGES]
    tab = next((each for each in tabs if each.key == request.GET.get("tab")), tabs[0])
    head = head_context(page, record, user)
    place = _place(request, page, record, user)
    context = {
        **head,
        "list_url": f"{head['list_url']}?{place.list_query}" if place else head["list_url"],
        "sections": sections_of(page, record, FactReader(user)),
        "insight": filled_panels(f"{object_type}.insight", record, user),
        "has_later": bool(panels_of(f"{object_type}.insight", user, is_later=True)),
        "tab": tab,
        "tabs": [_tab(request, record, each, tab) for each in tabs],
        "has_related": bool(page.related),
        "place": place,
        "is_tabbed": tab is not tabs[0],
        **_tab_context(request, tab, record, user, timeline),
    }
    return render_page(request, "core/record/page.html", context, parts={"record-tab": "tab"})


def _remember(request: HttpRequest, record: Any, user: User) -> None:
    """That the record was opened, now and then: a write per page is too many."""
    key = f"opened-{request.session.session_key}-{record._meta.label_lower}-{record.pk}"
    if cache.add(key, value=True, timeout=REMEMBERED_EVERY_SECONDS):
        remember_opened(record=record, by=user, at=timezone.now())


def _place(request: HttpRequest, page: RecordPage, record: Any, user: User) -> Neighbours | None:
    """Where the record stands in the list that the person came from."""
    query = request.GET.get(LIST)
    if query is None or page.kind not in lists:
        return None
    return neighbours(page.kind, query[:MOST_ADDRESS], record.pk, user)


def head_context(page: RecordPage, record: Any, user: User) -> dict[str, Any]:
    """Who or what the record is, and what can be done with it."""
    access = permissions.access_of(user)
    kind = page.record_type
    return {
        "page": page,
        "kind": kind,
        "record": record,
        kind.key.rpartition(".")[2]: record,
        "name": name_of(record, user),
        "sub": page.sub(record, access),
        "pills": page.pills(record, access),
        "shown_tags": _tags(page, record, access),
        "actions": _actions(page, record, access),
        "list_url": reverse(kind.list_url),
        "edit_url": reverse(page.edit_url, args=[record.pk]),
        "may_edit": permissions.reaches(kind.model, user, record, "edit"),
        "is_open": page.is_open(record),
        "may_tag": page.is_open(record) and access.edits(kind.field_name("tags")),
        "delete_url": _change_url(kind, record, user, "delete"),
        "assign_url": _change_url(kind, record, user, "assign"),
        "rights_url": _rights_url(kind, record, access),
        **(page.bar(record, access) if page.bar else {}),
    }


def _rights_url(kind: RecordType, record: Any, access: permissions.Access) -> str:
    """Where it says why somebody may see the record."""
    if not access.may("core.settings.manage"):
        return ""
    return f"{reverse('rights')}?{urlencode({'record': f'{kind.key}:{record.pk}'})}"


def _change_url(kind: RecordType, record: Any, user: User, action: str) -> str:
    """Into the bin, or to a colleague: by the door through which many records go as well."""
    if not permissions.reaches(kind.model, user, record, action):
        return ""
    return reverse("bulk_change", args=[kind.key, action])


def _actions(page: RecordPage, record: Any, access: permissions.Access) -> list[dict[str, Any]]:
    return [
        {
            "action": each,
            "url": each.url(record, access),
            "phone_url": (each.phone_url or each.url)(record, access),
        }
        for each in page.actions
    ]


def _tags(page: RecordPage, record: Any, access: permissions.Access) -> list[Tag]:
    if not access.sees(page.record_type.field_name("tags")):
        return []
    return list(record.tags.all())


def _tab(request: HttpRequest, record: Any, each: Tab, current: Tab) -> dict[str, Any]:
    """The tab as a link, which keeps the list that the person came from."""
    query = {"tab": each.key}
    if LIST in request.GET:
        query[LIST] = request.GET[LIST]
    return {
        "label": each.label,
        "icon": each.icon,
        "url": f"{record.get_absolute_url()}?{urlencode(query)}",
        "is_current": each is current,
    }


def _tab_context(
    request: HttpRequest, tab: Tab, record: Any, user: User, timeline: Timeline | None
) -> dict[str, Any]:
    if tab is FILES:
        return files_context(record)
    if tab is CHANGES:
        given = request.GET.get("before", "")
        return {"trail": trail_of(record, user, before=id_in(given))}
    if tab.context is None and timeline is not None:
        query = request.GET.copy()
        query.update({"kind": tab.kind} if tab.kind else {})
        return timeline(record, user, query)
    return tab.context(record, user) if tab.context else {}


def files_context(record: Any) -> dict[str, Any]:
    return {
        "files": list(files_of(record).select_related("uploaded_by").order_by("-pk")),
        "accepted": ",".join(sorted(ACCEPTED)),
    }


def create_page(request: HttpRequest, object_type: str) -> HttpResponse:
    """A new record; the address may say what some fields begin with."""
    user = permissions.user_of(request)
    page = page_or_404(object_type)
    record = page.record_type.model()
    data = request.POST if request.method == "POST" else None
    form = page.form(data, page=page, record=record, user=user)
    form.begin_with(_given(request.GET))
    return _form_page(request, form, page.new_title)


def _given(query: QueryDict) -> dict[str, str]:
    return {name: str(query[name])[:200].replace("\0", "") for name in query}


def edit_page(request: HttpRequest, object_type: str, pk: int) -> HttpResponse:
    """All fields of a record; two who edit at once keep what each of them changed."""
    user = permissions.user_of(request)
    page = page_or_404(object_type)
    record = record_or_404(page, pk, user, "edit")
    data = request.POST if request.method == "POST" else None
    form = page.form(data, page=page, record=record, user=user)
    return _form_page(request, form, page.edit_title)


def _form_page(request: HttpRequest, form: RecordForm, title: Any) -> HttpResponse:
    status = 200
    if request.method == "POST":
        answer = (
            _saved(request, form) if form.is_valid() and not form.warn_of_duplicates() else None
        )
        if answer is not None:
            return answer
        status = CONFLICT if form.conflicts else UNPROCESSABLE
    page = form.page
    record = form.record if form.record.pk else None
    context = {
        "form": form,
        "page": page,
        "kind": page.record_type,
        "title": title,
        "record": record,
        "name": name_of(record, form.user) if record else "",
        "list_url": reverse(page.record_type.list_url),
    }
    return render_page(request, "core/record/form.html", context, status=status)


def _saved(request: HttpRequest, form: RecordForm) -> HttpResponse | None:
    """Where to go after saving; nothing when somebody came between or the service refuses."""
    try:
        outcome = form.save(timezone.now())
    except Refused as refusal:
        form.add_error(NON_FIELD_ERRORS, str(refusal))
        return None
    if outcome.conflicts:
        return None
    messages.success(request, str(form.page.saved))
    return redirect(outcome.record.get_absolute_url())
