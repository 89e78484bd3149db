"""The lifecycle: its page, its stages, its terms."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.forms.lifecycle import StageForm, TermsForm, TryForm
from analytics.models import LifecycleTerms
from analytics.pages.life_stages import ContactTrial, preview, stages_page, try_on_contact
from analytics.pages.lifecycle import lifecycle_context
from analytics.services.life_stages import (
    PERMISSION,
    check_life_stage,
    delete_life_stage,
    enable_life_stage,
    move_life_stage,
    save_life_stage,
    set_terms,
)
from core import permissions
from core.conditions import Viewpoint, from_json
from core.currencies import base_currency
from core.filters.builder import Builder
from core.filters.drafts import Branch, Line, draft_from, draft_of
from core.pages import UNPROCESSABLE, form_page, leave_for, refusals_in, render_page, target_of
from core.permissions import requires
from core.registries import record_types
from crm.models import LifeStage
from crm.models.lifecycle import CONTACT

VIEW = "analytics.lifecycle.view"
STEPS = {"up": -1, "down": 1}
FORM, READS = "life-stage", "rule-reads"


def _view(request: HttpRequest) -> Viewpoint:
    return Viewpoint(permissions.user_of(request), timezone.localtime())


@requires(VIEW)
def lifecycle(request: HttpRequest) -> HttpResponse:
    """How contacts move between stages, and what is best to do in each."""
    context = lifecycle_context(permissions.user_of(request))
    return render_page(request, "analytics/lifecycle.html", context)


# -- stages ----------------------------------------------------------------------------------------


@requires(VIEW)
def life_stage_list(request: HttpRequest) -> HttpResponse:
    """All stages in their order, and one contact to try them on."""
    view = _view(request)
    form, trial = _tried(request, view)
    context = {**stages_page(view), "try_form": form, "trial": trial}
    return render_page(request, "analytics/life_stages.html", context)


def _tried(request: HttpRequest, view: Viewpoint) -> tuple[TryForm, ContactTrial | None]:
    if "contact" not in request.GET:
        return TryForm(user=view.user), None
    form = TryForm(request.GET, user=view.user)
    contact = form.cleaned_data["contact"] if form.is_valid() else None
    return form, try_on_contact(contact, view) if contact is not None else None


@requires(PERMISSION)
def life_stage_create(request: HttpRequest) -> HttpResponse:
    return _stage_page(request, LifeStage())


@requires(PERMISSION)
def life_stage_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _stage_page(request, get_object_or_404(LifeStage, pk=pk))


def _stage_page(request: HttpRequest, stage: LifeStage) -> HttpResponse:
    """The form; it is previewed, changed line by line, or saved."""
    view, is_sent = _view(request), request.method == "POST"
    is_done = is_sent and bool({"save", "try"} & set(request.POST))
    form = StageForm(
        request.POST if is_done else None, stage=stage, typed=request.POST if is_sent else None
    )
    builder = _builder(request, stage, view, is_applied=is_done)
    context: dict[str, Any] = {"form": form, "stage": stage, "builder": builder}
    if is_done and form.is_valid():
        with refusals_in(form):
            filled = form.filled()
            filled.condition = _condition(builder)
            if "save" in request.POST:
                save_life_stage(stage=filled, by=view.user, at=view.now)
                messages.success(request, _("The stage “%(name)s” is saved.") % {"name": filled})
                return leave_for(request, reverse("life_stage_list"))
            check_life_stage(stage=filled, by=view.user, at=view.now)
            context["preview"] = preview(filled, view)
    is_refused = is_done and "preview" not in context
    return _answer(request, context, is_refused=is_refused)


def _condition(builder: Builder) -> Any:
    """What the lines ask; lines without a field ask nothing, so that everybody is meant."""
    if builder.condition is None and not builder.refusals:
        return {}
    return builder.answer().as_json()


def _builder(
    request: HttpRequest, stage: LifeStage, view: Viewpoint, *, is_applied: bool
) -> Builder:
    """The condition as the form holds it, else that of the stage, else an empty line."""
    if "entry" in request.POST:
        draft = draft_from(request.POST)
    elif stage.condition:
        draft = draft_of(from_json(stage.condition))
    else:
        draft = Branch(entries=(Line(),))
    return Builder(draft, record_types[CONTACT], view, is_applied=is_applied)


def _answer(request: HttpRequest, context: dict[str, Any], *, is_refused: bool) -> HttpResponse:
    if target_of(request) == READS:
        return render(request, "analytics/life/reads.html", context)
    begun = [each for entry in context["builder"].entries for each in entry if each.question]
    context |= {
        "action": request.get_full_path(),
        "is_added": bool({"add", "group"} & set(request.POST)),
        "is_dropped": "drop" in request.POST,
        "is_begun": any(each.question and not each.question.is_blank for each in begun),
        "currency": base_currency(),
    }
    is_alone = target_of(request) == FORM
    template = "analytics/life/form.html" if is_alone else "analytics/life_stage.html"
    answer = render(request, template, context, status=UNPROCESSABLE if is_refused else 200)
    answer["Vary"] = "HX-Request"
    return answer


@requires(PERMISSION)
@require_POST
def life_stage_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down: the last stage that holds counts."""
    steps = STEPS.get(request.POST.get("way", ""), 0)
    stage = get_object_or_404(LifeStage, pk=pk)
    if steps:
        view = _view(request)
        move_life_stage(stage=stage, steps=steps, by=view.user, at=view.now)
    return redirect("life_stage_list")


@requires(PERMISSION)
@require_POST
def life_stage_enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it into use, or out of it."""
    stage, is_enabled = get_object_or_404(LifeStage, pk=pk), request.POST.get("on") == "1"
    view = _view(request)
    enable_life_stage(stage=stage, is_enabled=is_enabled, by=view.user, at=view.now)
    said = _("“%(name)s” is in use.") if is_enabled else _("“%(name)s” is out of use.")
    messages.success(request, said % {"name": stage})
    return redirect("life_stage_list")


@requires(PERMISSION)
@require_POST
def life_stage_delete(request: HttpRequest, pk: int) -> HttpResponse:
    stage, view = get_object_or_404(LifeStage, pk=pk), _view(request)
    delete_life_stage(stage=stage, by=view.user, at=view.now)
    messages.success(request, _("The stage “%(name)s” is deleted.") % {"name": stage})
    return redirect("life_stage_list")


@requires(PERMISSION)
def life_terms(request: HttpRequest) -> HttpResponse:
    """What actions cost, and what money of the next month is worth now."""
    form = TermsForm(request.POST or None, terms=LifecycleTerms.current())

    def on_valid(valid: TermsForm) -> tuple[str, str]:
        view = _view(request)
        set_terms(by=view.user, at=view.now, **valid.cleaned_data)
        return _("The terms are saved."), reverse("life_stage_list")

    context = {"currency": base_currency()}
    return form_page(request, "analytics/life_terms.html", form, on_valid, context)
