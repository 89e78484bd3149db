"""Saved views: made, changed, shared, kept among the favourites, deleted and brought back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.errors import Refused
from core.forms.saved_views import SavedViewForm
from core.lists import ListState, lists
from core.lists.saved_views import may_change, visible_views
from core.lists.words import described
from core.models import SavedView, User
from core.pages import UNPROCESSABLE, leave_for
from core.permissions import signed_in
from core.services.saved_views import (
    create_view,
    delete_view,
    describe_view,
    favour_view,
    keep_state,
    move_view,
    restore_view,
)
from core.views.list_tools import render_tool, state_of


@signed_in
def view_create(request: HttpRequest, record_type: str) -> HttpResponse:
    """Keep what the list shows under a new name."""
    state = state_of(request, record_type)
    form = SavedViewForm(request.POST or None, user=state.user)
    if request.method == "POST" and form.is_valid():
        view = create_view(
            object_type=state.kind.key, kept=state.kept, by=state.user, **form.cleaned_data
        )
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.label})
        return _open(request, view)
    action = f"{reverse('view_create', args=[record_type])}?{state.query_with()}"
    return _form(request, state, form, _("Save as new view"), action)


@signed_in
def view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, icon and sharing of a view."""
    user, view = _own(request, pk)
    given = {"name": view.label, "icon": view.icon, "sharing": view.sharing}
    form = SavedViewForm(request.POST or None, initial=given, user=user)
    if request.method == "POST" and form.is_valid():
        describe_view(view=view, by=user, **form.cleaned_data)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.label})
        return _open(request, view)
    state = ListState(lists[view.object_type], user, QueryDict(f"view={pk}"))
    return _form(request, state, form, _("View"), reverse("view_edit", args=[pk]))


def _form(
    request: HttpRequest, state: ListState, form: SavedViewForm, title: str, action: str
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "action": action,
        "back": f"{reverse(state.kind.list_url)}?{state.query_with()}",
        "kept_words": described(state),
        "searched": state.search,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render_tool(request, title, "core/list/view_form.html", context, status=status)


@signed_in
@require_POST
def view_update(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what the list shows now in the view that is open."""
    user, view = _own(request, pk)
    keep_state(view=view, kept=ListState(lists[view.object_type], user, request.GET).kept, by=user)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.label})
    return _open(request, view)


@signed_in
@require_POST
def view_favour(request: HttpRequest, pk: int) -> HttpResponse:
    user = permissions.user_of(request)
    view = get_object_or_404(visible_views(user), pk=pk)
    is_kept = favour_view(view=view, by=user)
    said = _("“%(name)s” is a favourite.") if is_kept else _("“%(name)s” is no longer a favourite.")
    messages.success(request, said % {"name": view.label})
    return _open(request, view)


@signed_in
@require_POST
def view_move(request: HttpRequest, pk: int) -> HttpResponse:
    user, view = _own(request, pk)
    move_view(view=view, steps=-1 if request.POST.get("to") == "left" else 1, by=user)
    return _open(request, view)


@signed_in
@require_POST
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    user, view = _own(request, pk)
    delete_view(view=view, by=user, at=timezone.now())
    undo = reverse("view_restore", args=[pk])
    said = _("The view “%(name)s” is deleted.") % {"name": view.label}
    messages.success(request, said, extra_tags=undo)
    return redirect(lists[view.object_type].kind.list_url)


@signed_in
@require_POST
def view_restore(request: HttpRequest, pk: int) -> HttpResponse:
    user, view = _own(request, pk)
    restore_view(view=view, by=user)
    messages.success(request, _("The view “%(name)s” is back.") % {"name": view.label})
    return _open(request, view)


def _own(request: HttpRequest, pk: int) -> tuple[User, SavedView]:
    """A view that the user may change; one that may only be seen is refused with a sentence."""
    user = permissions.user_of(request)
    view = get_object_or_404(SavedView, pk=pk)
    if may_change(user, view):
        return user, view
    if not visible_views(user).filter(pk=pk).exists():
        raise Http404
    raise Refused(_("This view belongs to somebody else. Save it as a new one of yours."))


def _open(request: HttpRequest, view: SavedView) -> HttpResponse:
    url = reverse(lists[view.object_type].kind.list_url)
    return leave_for(request, f"{url}?view={view.pk}")
