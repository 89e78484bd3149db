"""Pipelines and stages as deals need them."""

from typing import Any

from django.db.models import Count, Q

from crm.models import Deal, Pipeline, Stage


def first_stage(pipeline: Pipeline | None = None) -> Stage | None:
    """Where deals of a pipeline (the default one) begin."""
    stages = Stage.objects.for_new_deals()
    if pipeline is not None:
        stages = stages.filter(pipeline=pipeline)
    found: Stage | None = stages.select_related("pipeline").first()
    return found


def closing_stage(pipeline_id: int, kind: str) -> Stage | None:
    """The first stage of a pipeline that means won, or lost."""
    stages = Stage.objects.in_use().filter(pipeline_id=pipeline_id, kind=kind)
    found: Stage | None = stages.select_related("pipeline").first()
    return found


def pipelines_page() -> dict[str, Any]:
    """All pipelines with their stages and how many deals stand where: three queries."""
    counts = dict(Deal.objects.kept().order_by().values_list("stage").annotate(number=Count("pk")))
    by_pipeline: dict[int, list[dict[str, Any]]] = {}
    for stage in Stage.objects.in_use():
        lines = by_pipeline.setdefault(stage.pipeline_id, [])
        lines.append({"stage": stage, "deals": counts.get(stage.pk, 0)})
    found: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for each in Pipeline.objects.all():
        described = {"pipeline": each, "stages": by_pipeline.get(each.pk, [])}
        found[each.is_archived].append(described)
    return {"active": found[False], "archived": found[True]}


def stages_instead_of(stage: Stage) -> list[Stage]:
    """Where the deals of a stage may go when it is taken away: they stay open, won or lost."""
    others = Stage.objects.in_use().filter(pipeline=stage.pipeline_id, kind=stage.kind)
    return list(others.exclude(pk=stage.pk))


def stage_called(pipeline: Pipeline, name: str, *, besides: int | None) -> bool:
    """Whether another stage of the pipeline has the name already."""
    same = Stage.objects.in_use().filter(pipeline=pipeline, name__iexact=name)
    return any(pk != besides for pk in same.values_list("pk", flat=True))


def kinds_without(stage: Stage) -> set[str]:
    """What the other stages of its pipeline mean."""
    others = Stage.objects.in_use().filter(pipeline=stage.pipeline_id).filter(~Q(pk=stage.pk))
    return set(others.values_list("kind", flat=True))
