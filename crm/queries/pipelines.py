"""Pipelines and stages as deals need them."""

from crm.choices import StageKind
from crm.models import Pipeline, Stage


def first_stage(pipeline: Pipeline | None = None) -> Stage | None:
    """Where deals of a pipeline (the default one) begin."""
    stages = Stage.objects.filter(kind=StageKind.OPEN, pipeline__is_archived=False)
    if pipeline is not None:
        stages = stages.filter(pipeline=pipeline)
    return stages.select_related("pipeline").first()


def closing_stage(pipeline_id: int, kind: str) -> Stage | None:
    """The first stage of a pipeline that means won, or lost."""
    stages = Stage.objects.filter(pipeline_id=pipeline_id, kind=kind)
    return stages.select_related("pipeline").first()
