"""Pipelines and their stages, as a company sets them up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core import permissions
from core.ids import id_in
from core.pages import form_page, render_page
from core.permissions import requires
from core.tasks import wake
from core.values import grouped
from crm.forms.pipelines import PipelineForm, StageForm, StageRemovalForm
from crm.models import Pipeline, Stage
from crm.queries.pipelines import pipelines_page, stages_instead_of
from crm.services.pipelines import (
    PERMISSION,
    archive_pipeline,
    create_pipeline,
    move_pipeline,
    rename_pipeline,
    restore_pipeline,
)
from crm.services.stages import deals_of, move_stage, order_stages, remove_stage, save_stage

STEPS = {"up": -1, "down": 1}
FORM = "crm/pipelines/form.html"


@requires(PERMISSION)
def pipeline_list(request: HttpRequest) -> HttpResponse:
    return render_page(request, "crm/pipelines/list.html", pipelines_page())


@requires(PERMISSION)
def pipeline_create(request: HttpRequest) -> HttpResponse:
    form = PipelineForm(request.POST or None)

    def on_valid(valid: PipelineForm) -> tuple[str, str]:
        create_pipeline(name=valid.cleaned_data["name"], by=permissions.user_of(request))
        return _("The pipeline is added."), reverse("pipeline_list")

    sub = _("It begins with three stages, which you can change.")
    return form_page(request, FORM, form, on_valid, {"title": _("Add a pipeline"), "sub": sub})


@requires(PERMISSION)
def pipeline_edit(request: HttpRequest, pk: int) -> HttpResponse:
    pipeline = get_object_or_404(Pipeline, pk=pk)
    title = str(pipeline)
    form = PipelineForm(request.POST or None, initial={"name": title})

    def on_valid(valid: PipelineForm) -> tuple[str, str]:
        name = valid.cleaned_data["name"]
        if name != title:  # what comes with the product keeps its name, and so its translation
            rename_pipeline(pipeline=pipeline, name=name, by=permissions.user_of(request))
        return _("The pipeline is saved."), reverse("pipeline_list")

    return form_page(request, FORM, form, on_valid, {"title": title})


@requires(PERMISSION)
@require_POST
def pipeline_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down; the first one is the default."""
    pipeline = get_object_or_404(Pipeline, pk=pk)
    steps = STEPS.get(request.POST.get("way", ""), 0)
    if steps:
        move_pipeline(pipeline=pipeline, steps=steps, by=permissions.user_of(request))
    return redirect("pipeline_list")


@requires(PERMISSION)
@require_POST
def pipeline_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The stages as they were dragged."""
    pipeline = get_object_or_404(Pipeline, pk=pk)
    given = request.POST.get("order", "").split(",")
    order = [stage for each in given if (stage := id_in(each)) is not None]
    order_stages(pipeline=pipeline.pk, order=order, by=permissions.user_of(request))
    return redirect("pipeline_list")


@requires(PERMISSION)
@require_POST
def pipeline_archive(request: HttpRequest, pk: int) -> HttpResponse:
    pipeline = get_object_or_404(Pipeline, pk=pk)
    archive_pipeline(pipeline=pipeline, by=permissions.user_of(request))
    message = _("The pipeline “%(name)s” is archived. Deals that are in it go on.")
    undo = reverse("pipeline_restore", args=[pipeline.pk])
    messages.success(request, message % {"name": pipeline}, extra_tags=undo)
    return redirect("pipeline_list")


@requires(PERMISSION)
@require_POST
def pipeline_restore(request: HttpRequest, pk: int) -> HttpResponse:
    pipeline = get_object_or_404(Pipeline, pk=pk)
    restore_pipeline(pipeline=pipeline, by=permissions.user_of(request))
    messages.success(request, _("The pipeline “%(name)s” is back.") % {"name": pipeline})
    return redirect("pipeline_list")


# -- stages ----------------------------------------------------------------------------------------


@requires(PERMISSION)
def stage_create(request: HttpRequest, pk: int) -> HttpResponse:
    pipeline = get_object_or_404(Pipeline, pk=pk)
    return _stage_page(request, Stage(pipeline=pipeline), _("Add a stage"))


@requires(PERMISSION)
def stage_edit(request: HttpRequest, pk: int) -> HttpResponse:
    stage = _stage(pk)
    return _stage_page(request, stage, str(stage))


def _stage(pk: int) -> Stage:
    found: Stage = get_object_or_404(Stage.objects.in_use().select_related("pipeline"), pk=pk)
    return found


def _stage_page(request: HttpRequest, stage: Stage, title: str) -> HttpResponse:
    form = StageForm(request.POST or None, stage=stage)

    def on_valid(valid: StageForm) -> tuple[str, str]:
        save_stage(stage=valid.filled(), by=permissions.user_of(request))
        return _("The stage is saved."), reverse("pipeline_list")

    return form_page(request, FORM, form, on_valid, {"title": title, "sub": str(stage.pipeline)})


@requires(PERMISSION)
@require_POST
def stage_move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    stage = _stage(pk)
    steps = STEPS.get(request.POST.get("way", ""), 0)
    if steps:
        move_stage(stage=stage, steps=steps, by=permissions.user_of(request))
    return redirect("pipeline_list")


@requires(PERMISSION)
def stage_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks where the deals of the stage go."""
    stage = _stage(pk)
    number = deals_of(stage.pk).count()
    form = StageRemovalForm(
        request.POST if request.method == "POST" else None,
        targets=stages_instead_of(stage) if number else [],
    )

    def on_valid(valid: StageRemovalForm) -> tuple[str, str]:
        return _removed(request, stage, valid.target)

    context: dict[str, Any] = {
        "title": _("Take “%(stage)s” out of use?") % {"stage": stage},
        "sub": _removal_words(number),
        "submit": _("Take out of use"),
    }
    return form_page(request, FORM, form, on_valid, context)


def _removal_words(number: int) -> str:
    if not number:
        return _("No deal stands in it. What has happened in it stays in the history of deals.")
    sentence = ngettext(
        "%(number)s deal stands in it and moves to the stage you choose. The history of the deal stays.",
        "%(number)s deals stand in it and move to the stage you choose. The history of the deals stays.",
        number,
    )
    return sentence % {"number": grouped(number)}


def _removed(request: HttpRequest, stage: Stage, target: Stage | None) -> tuple[str, str]:
    by = permissions.user_of(request)
    run = remove_stage(stage=stage, target=target, by=by, at=timezone.now())
    if run is not None:
        wake(run.pk)
        return _("The deals are being moved."), reverse("job_run", args=[run.pk])
    words = {"stage": str(stage)}
    return _("The stage “%(stage)s” is out of use.") % words, reverse("pipeline_list")
