"""Making pipelines."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from crm.choices import StageKind
from crm.models import Pipeline, Stage


@dataclass(frozen=True)
class StageDraft:
    """A stage to be made; where it stands follows from its place in the list."""

    name: str
    kind: str = StageKind.OPEN
    probability: int = 0
    rotting_days: int = 0


@transaction.atomic
def make_pipeline(*, name: str, stages: Sequence[StageDraft]) -> Pipeline:
    """A pipeline with its stages; without an open one, a won one and a lost one no deal could go it."""
    if not set(StageKind.values) <= {str(stage.kind) for stage in stages}:
        raise Refused(_("A pipeline needs an open stage, one for won and one for lost deals."))
    pipeline = Pipeline.objects.create(name=name, position=Pipeline.objects.count())
    Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline,
            name=stage.name,
            kind=stage.kind,
            probability=stage.probability,
            rotting_days=stage.rotting_days,
            position=position,
        )
        for position, stage in enumerate(stages)
    )
    return pipeline
