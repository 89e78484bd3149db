"""What is done with the chosen rows of a list: a dialog that asks, the change, and undoing it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.changes.words import done_sentence, left_sentence, question_of, submit_of
from core.downloads import CSV, download
from core.errors import Refused
from core.exports.files import csv_pieces, xlsx_file
from core.forms.bulk import ChangeForm, ExportForm, form_for
from core.ids import id_in
from core.lists.selection import Selection
from core.lists.state import ListState
from core.models import ChangeSet, User
from core.pages import UNPROCESSABLE, leave_for, render_page, way_back
from core.permissions import signed_in, visible_rows
from core.registries import change_kinds, record_types
from core.services.bulk_changes import MOST_AT_ONCE, Outcome, change_selection, undo_change
from core.services.exports import file_name, prepare_export
from core.services.undo import may_undo
from core.speaking import speaking_as
from core.tasks import wake
from core.views.list_tools import list_for, render_tool

RIGHTS = {"assign": "assign", "tag": "edit", "edit": "edit", "delete": "delete"}


@signed_in
@require_POST
def bulk_change(request: HttpRequest, record_type: str, action: str) -> HttpResponse:
    """Ask what is to be done with the chosen rows; with `apply`, do it.

    Deleting a few asks nothing: it can be undone.
    """
    make_form = form_for(action)
    if make_form is None:
        raise Http404
    state = _state(request, record_type)
    permissions.require(state.user, f"{record_type}.{_right_of(action, record_type)}")
    selection = _selection(request, state)
    is_applied = "apply" in request.POST
    form = make_form(
        request.POST if is_applied else None,
        kind=state.kind,
        by=state.user,
        initial={"field": request.POST.get("field")},
    )
    number = _number(selection, state.user)
    if not is_applied or (action == "delete" and _has_to_be_confirmed(request, number)):
        return _ask(request, state, form, action, number, is_sent=False)
    if not form.is_valid():
        return _ask(request, state, form, action, number, is_sent=True)
    try:
        outcome = change_selection(
            selection=selection, change=form.change(), by=state.user, at=timezone.now()
        )
    except Refused as refusal:
        form.add_error("value" if "value" in form.fields else NON_FIELD_ERRORS, str(refusal))
        return _ask(request, state, form, action, number, is_sent=True)
    return _answer(request, outcome, _back(request, state))


def _right_of(action: str, record_type: str) -> str:
    if action not in change_kinds:
        return RIGHTS[action]
    if change_kinds[action].record_type != record_type:
        raise Http404
    right: str = change_kinds[action].change.right
    return right


def _state(request: HttpRequest, record_type: str) -> ListState:
    """The list that the rows were chosen in."""
    user = permissions.user_of(request)
    address = QueryDict(request.POST.get("address", ""))
    return ListState(list_for(user, record_type), user, address)


def _selection(request: HttpRequest, state: ListState) -> Selection:
    if request.POST.get("all"):
        return Selection.of_list(state)
    selection = Selection.of_texts(state.kind, request.POST.getlist("ids"))
    if not selection.ids:
        raise Refused(_("Select at least one record."))
    return selection


def _number(selection: Selection, user: User) -> int:
    return selection.rows(user).order_by().count()


def _has_to_be_confirmed(request: HttpRequest, number: int) -> bool:
    return number > MOST_AT_ONCE and "confirmed" not in request.POST


def _ask(
    request: HttpRequest,
    state: ListState,
    form: ChangeForm,
    action: str,
    number: int,
    *,
    is_sent: bool,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "action": reverse("bulk_change", args=[state.kind.key, action]),
        "change": action,
        "number": number,
        "is_job": number > MOST_AT_ONCE,
        "submit": submit_of(action),
        "note": change_kinds[action].note if action in change_kinds else "",
        "back": _back(request, state),
        **_chosen(request),
    }
    title = question_of(action, state.kind.key, number)
    status = UNPROCESSABLE if is_sent else 200
    return render_tool(request, title, "core/bulk/form.html", context, status=status)


def _chosen(request: HttpRequest) -> dict[str, Any]:
    """What was chosen, to be sent along with the dialog."""
    is_all = bool(request.POST.get("all"))
    return {
        "is_all": is_all,
        "ids": [] if is_all else request.POST.getlist("ids"),
        "address": request.POST.get("address", ""),
        "record": request.POST.get("record", ""),
    }


def _back(request: HttpRequest, state: ListState) -> str:
    """The record that this was asked on, while it can be seen; otherwise the list, as it was."""
    pk = id_in(request.POST.get("record", ""))
    if pk is not None and visible_rows(state.kind.model, state.user).filter(pk=pk).exists():
        return reverse(state.kind.detail_url, args=[pk])
    query = state.query_with()
    return f"{reverse(state.kind.list_url)}?{query}" if query else reverse(state.kind.list_url)


def _answer(request: HttpRequest, outcome: Outcome, back: str) -> HttpResponse:
    if outcome.run is not None:
        wake(outcome.run.pk)
        return leave_for(request, reverse("job_run", args=[outcome.run.pk]))
    say_done(request, outcome)
    return leave_for(request, back)


def say_done(request: HttpRequest, outcome: Outcome) -> None:
    """What has happened, with a way to undo it."""
    change_set = outcome.change_set
    sentence = done_sentence(change_set.action, change_set.object_type, change_set.count)
    if outcome.left_alone:
        sentence += " " + left_sentence(change_set.action, outcome.left_alone)
    user = permissions.user_of(request)
    can_undo = change_set.count and may_undo(change_set, user, timezone.now())
    undo = reverse("change_undo", args=[change_set.pk]) if can_undo else ""
    messages.success(request, sentence, extra_tags=undo)


# -- undoing -------------------------------------------------------------------------------------


def _change_set(request: HttpRequest, pk: int) -> ChangeSet:
    """A change that the user made; administrators see everybody's."""
    user = permissions.user_of(request)
    rows = ChangeSet.objects.select_related("actor", "run")
    if not permissions.access_of(user).is_administrator:
        rows = rows.filter(actor=user)
    return get_object_or_404(rows, pk=pk)


@signed_in
def change_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A change of many records: what, when, by whom, and whether it can be undone."""
    change_set = _change_set(request, pk)
    context = {
        "change_set": change_set,
        "kind": record_types[change_set.object_type],
        "sentence": done_sentence(change_set.action, change_set.object_type, change_set.count),
        "may_undo": may_undo(change_set, permissions.user_of(request), timezone.now()),
    }
    return render_page(request, "core/bulk/change.html", context)


@signed_in
@require_POST
def change_undo(request: HttpRequest, pk: int) -> HttpResponse:
    change_set = _change_set(request, pk)
    outcome = undo_change(change_set=change_set, by=permissions.user_of(request), at=timezone.now())
    if outcome.run is not None:
        wake(outcome.run.pk)
        return redirect("job_run", pk=outcome.run.pk)
    say_done(request, outcome)
    return way_back(request, record_types[change_set.object_type].list_url)


# -- exporting -----------------------------------------------------------------------------------


@signed_in
@require_POST
def bulk_export(request: HttpRequest, record_type: str) -> HttpResponseBase:
    """The chosen rows, or all of the list, as a file; without a kind of file, ask for it."""
    state = _state(request, record_type)
    permissions.require(state.user, f"{record_type}.export")
    selection = _selection(request, state)
    form = ExportForm(request.POST if "form" in request.POST else None)
    if not form.is_valid():
        return _ask_export(request, state, form, _number(selection, state.user))
    wanted = form.cleaned_data["form"]
    now = timezone.now()
    sheet = prepare_export(
        state=state,
        selection=selection,
        form=wanted,
        by=state.user,
        has_numbers=form.cleaned_data["numbers"],
    )
    name = file_name(state, wanted, timezone.localtime(now))
    if wanted == "xlsx":
        return FileResponse(xlsx_file(sheet), as_attachment=True, filename=name)
    return download(_spoken(csv_pieces(sheet), state.user), name, CSV)


def _spoken(pieces: Any, user: User) -> Any:
    """The pieces are made after the request is over, so its language and time zone are gone."""
    with speaking_as(user):
        yield from pieces


def _ask_export(
    request: HttpRequest, state: ListState, form: ExportForm, number: int
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "action": reverse("bulk_export", args=[state.kind.key]),
        "change": "export",
        "submit": submit_of("export"),
        "back": _back(request, state),
        **_chosen(request),
    }
    title = question_of("export", state.kind.key, number)
    return render_tool(request, title, "core/bulk/form.html", context)
