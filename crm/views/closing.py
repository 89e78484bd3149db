"""Reasons for closing and competitors, as a company lists them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import permissions
from core.pages import form_page, render_page
from core.permissions import requires
from crm.choices import UNFIT, StageKind
from crm.forms.pipelines import NameForm
from crm.models import CloseReason, Competitor
from crm.queries.closing import closing_page
from crm.services.closing import move_reason, save_competitor, save_reason, set_offered
from crm.services.pipelines import PERMISSION

FORM = "crm/closing/form.html"
STEPS = {"up": -1, "down": 1}


@requires(PERMISSION)
def closing_list(request: HttpRequest) -> HttpResponse:
    return render_page(request, "crm/closing/list.html", closing_page())


@requires(PERMISSION)
def reason_create(request: HttpRequest, kind: str) -> HttpResponse:
    titles: dict[str, str] = {
        StageKind.WON: _("Add a reason for winning"),
        StageKind.LOST: _("Add a reason for losing"),
        UNFIT: _("Add a reason why leads are not a fit"),
    }
    if kind not in titles:
        raise Http404
    reason = CloseReason(kind=kind)
    return _name_page(request, reason, titles[kind], _save_reason)


@requires(PERMISSION)
def reason_edit(request: HttpRequest, pk: int) -> HttpResponse:
    reason = get_object_or_404(CloseReason, pk=pk)
    return _name_page(request, reason, str(reason), _save_reason)


@requires(PERMISSION)
def competitor_create(request: HttpRequest) -> HttpResponse:
    return _name_page(request, Competitor(), _("Add a competitor"), _save_competitor)


@requires(PERMISSION)
def competitor_edit(request: HttpRequest, pk: int) -> HttpResponse:
    competitor = get_object_or_404(Competitor, pk=pk)
    return _name_page(request, competitor, str(competitor), _save_competitor)


def _save_reason(row: Any, by: Any) -> str:
    save_reason(reason=row, by=by)
    return _("The reason is saved.")


def _save_competitor(row: Any, by: Any) -> str:
    save_competitor(competitor=row, by=by)
    return _("The competitor is saved.")


def _name_page(
    request: HttpRequest, row: Any, title: str, save: Callable[[Any, Any], str]
) -> HttpResponse:
    shown = str(row) if row.pk else ""
    form = NameForm(request.POST or None, initial={"name": shown})

    def on_valid(valid: NameForm) -> tuple[str, str]:
        name = valid.cleaned_data["name"]
        if name != shown:  # what comes with the product keeps its name, and so its translation
            row.name = name
        return save(row, permissions.user_of(request)), reverse("closing_list")

    return form_page(request, FORM, form, on_valid, {"title": title})


@requires(PERMISSION)
@require_POST
def reason_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down among those of its kind."""
    reason = get_object_or_404(CloseReason, pk=pk)
    steps = STEPS.get(request.POST.get("way", ""), 0)
    if steps:
        move_reason(reason=reason, steps=steps, by=permissions.user_of(request))
    return redirect("closing_list")


@requires(PERMISSION)
@require_POST
def reason_offer(request: HttpRequest, pk: int) -> HttpResponse:
    return _offer(request, get_object_or_404(CloseReason, pk=pk))


@requires(PERMISSION)
@require_POST
def competitor_offer(request: HttpRequest, pk: int) -> HttpResponse:
    return _offer(request, get_object_or_404(Competitor, pk=pk))


def _offer(request: HttpRequest, row: Any) -> HttpResponse:
    """Into the archive, or back with `back`."""
    is_offered = "back" in request.POST
    set_offered(row=row, is_offered=is_offered, by=permissions.user_of(request))
    said = _("“%(name)s” is offered again.") if is_offered else _("“%(name)s” is archived.")
    messages.success(request, said % {"name": row})
    return redirect("closing_list")
