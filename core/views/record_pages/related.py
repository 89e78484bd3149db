"""The records around a record, and suggestions for whoever looks for one."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core import permissions
from core.errors import Refused
from core.ids import id_in
from core.models import User
from core.pages import UNPROCESSABLE, is_by_htmx, render_page
from core.pages.records import head_context, page_or_404, record_or_404
from core.permissions import requires_of_record, signed_in
from core.records.around import Around, around, detail_form
from core.records.declaration import RecordPage
from core.records.links import LinkField
from core.records.lookups import is_known, may_look_up, name_of, suggestions
from core.services.related import tie, untie


@requires_of_record("view")
@require_GET
def record_related(request: HttpRequest, object_type: str, pk: int) -> HttpResponse:
    """What stands around the record: a part of its page, and a page of its own."""
    user = permissions.user_of(request)
    page = page_or_404(object_type)
    record = record_or_404(page, pk, user)
    context = {**head_context(page, record, user), "around": around(page, record, user)}
    return render_page(
        request, "core/record/related_page.html", context, parts={"record-related": "related"}
    )


@requires_of_record("edit")
def record_related_edit(request: HttpRequest, object_type: str, pk: int, key: str) -> HttpResponse:
    """Add a record that is there already, say its role, or take it out."""
    user = permissions.user_of(request)
    page = page_or_404(object_type)
    record = record_or_404(page, pk, user, "edit")
    related = page.related_by(key)
    found = next((each for each in around(page, record, user) if each.related is related), None)
    if found is None:
        raise Http404
    number = id_in(request.POST.get("line", "") or request.GET.get("line", ""))
    if number is not None:
        return _details(request, page, found, record, user, number)
    error = ""
    if request.method == "POST":
        try:
            _change(request, page, found, record, user)
        except Refused as refusal:
            error = str(refusal)
        else:
            if not is_by_htmx(request):
                return redirect(record.get_absolute_url())
    return _answer(request, page, found, record, user, error)


def _details(
    request: HttpRequest, page: RecordPage, found: Around, record: Any, user: User, number: int
) -> HttpResponse:
    """The form of one line's details: when somebody joined, and as what."""
    related, data = found.related, request.POST if request.method == "POST" else None
    form = detail_form(related, record, number, user, data)
    if form is None or related.change is None:
        raise Http404
    if not form.is_valid():
        return _answer(request, page, found, record, user, form=form)
    related.change(tie=form.instance, by=user)
    if not is_by_htmx(request):
        return redirect(record.get_absolute_url())
    return _answer(request, page, found, record, user)


def _change(request: HttpRequest, page: RecordPage, found: Around, record: Any, user: User) -> None:
    at, related = timezone.now(), found.related
    gone = id_in(request.POST.get("remove", ""))
    if gone is not None:
        untie(page=page, related=related, record=record, number=gone, by=user, at=at)
        return
    number = id_in(request.POST.get("number", "")) or _chosen(request, found, user)
    role = request.POST.get("role", "")
    tie(page=page, related=related, record=record, number=number, role=role, by=user, at=at)


def _chosen(request: HttpRequest, found: Around, user: User) -> int:
    """The record that was chosen among the suggestions, or named in full."""
    field = LinkField(target=found.related.object_type, user=user)
    given = field.widget.value_from_datadict(request.POST, {}, "other")
    try:
        row = field.clean(given)
    except ValidationError as error:
        raise Refused(_("Choose one of the suggestions.")) from error
    if row is None:
        raise Refused(_("Choose one of the suggestions."))
    number: int = row.pk
    return number


def _answer(
    request: HttpRequest,
    page: RecordPage,
    found: Around,
    record: Any,
    user: User,
    error: str = "",
    form: Any = None,
) -> HttpResponse:
    is_unfolded = request.method == "POST" or form is not None or "all" in request.GET
    unfolded = found.related.key if is_unfolded else ""
    fresh = next(e for e in around(page, record, user, unfolded) if e.related is found.related)
    field = LinkField(target=fresh.related.object_type, user=user)
    context = {
        **head_context(page, record, user),
        "each": fresh,
        "is_open": not is_unfolded or bool(error),
        "error": error,
        "chooser": field.widget.render("other", "", {"id": f"other-{fresh.related.key}"}),
        "form": form,
        "open_line": getattr(form.instance, f"{fresh.related.record}_id") if form else None,
    }
    status = UNPROCESSABLE if error or (form and form.is_bound) else 200
    return render_page(
        request,
        "core/record/related_edit.html",
        context,
        parts={f"related-{fresh.related.key}": "one"},
        status=status,
    )


@signed_in
@require_GET
def lookup(request: HttpRequest, object_type: str) -> HttpResponse:
    """The suggestions for a text, as options of a list box."""
    user = permissions.user_of(request)
    if not is_known(object_type) or not may_look_up(object_type, user):
        raise Http404
    text = request.GET.get("q", "")[:200]
    options = [(row.pk, name_of(row, user)) for row in suggestions(object_type, text, user)]
    context = {"options": options, "text": text.strip()}
    return render(request, "core/record/options.html", context)
