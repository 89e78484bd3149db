"""Making, naming, ordering and archiving pipelines."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import User
from crm.choices import StageKind
from crm.models import Pipeline, Stage

PERMISSION = "crm.pipeline.manage"
LOCK = "crm.pipelines"
MOST_PIPELINES = 50


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


@transaction.atomic
def create_pipeline(*, name: str, by: User) -> Pipeline:
    """A pipeline with one stage of each kind, to begin with."""
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    if Pipeline.objects.count() >= MOST_PIPELINES:
        raise Refused(_("There may be up to %(most)s pipelines.") % {"most": MOST_PIPELINES})
    drafts = [
        StageDraft("Qualified", probability=20),
        StageDraft("Won", StageKind.WON, probability=100),
        StageDraft("Lost", StageKind.LOST),
    ]
    pipeline = make_pipeline(name=_checked_name(name, None), stages=drafts)
    audit.record(actor=by, action="pipeline.create", subject=pipeline)
    return pipeline


@transaction.atomic
def rename_pipeline(*, pipeline: Pipeline, name: str, by: User) -> None:
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    before = audit.snapshot(pipeline)
    pipeline.name = _checked_name(name, pipeline.pk)
    changes = audit.differences(before, pipeline)
    if changes:
        pipeline.save(update_fields=["name"])
        audit.record(actor=by, action="pipeline.change", subject=pipeline, changes=changes)


def _checked_name(name: str, own: int | None) -> str:
    name = name.strip()
    if not name:
        raise Refused(_("Give the pipeline a name."))
    same = Pipeline.objects.filter(name__iexact=name).values_list("pk", flat=True)
    if any(pk != own for pk in same):
        raise Refused(_("There is a pipeline “%(name)s” already.") % {"name": name})
    return name


@transaction.atomic
def move_pipeline(*, pipeline: Pipeline, steps: int, by: User) -> None:
    """Move a pipeline among those in use; the first one is where new deals begin."""
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    pipelines = list(Pipeline.objects.filter(is_archived=False))
    if pipeline not in pipelines:
        raise Refused(_("This pipeline is archived."))
    before = pipelines[0]
    place = pipelines.index(pipeline)
    pipelines.insert(min(max(place + steps, 0), len(pipelines) - 1), pipelines.pop(place))
    for position, each in enumerate(pipelines):
        if each.position != position:
            Pipeline.objects.filter(pk=each.pk).update(position=position)
    default = {"default": (before.name, pipelines[0].name)}
    audit.record(actor=by, action="pipeline.move", subject=pipeline, changes=default)


@transaction.atomic
def archive_pipeline(*, pipeline: Pipeline, by: User) -> None:
    """No new deals begin in it; those that are in it go on."""
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    if not Pipeline.objects.filter(is_archived=False).exclude(pk=pipeline.pk).exists():
        raise Refused(_("New deals need a pipeline. Add another one first."))
    _set_archived(pipeline, True, by)


@transaction.atomic
def restore_pipeline(*, pipeline: Pipeline, by: User) -> None:
    """Use an archived pipeline again, as the last one."""
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    pipeline.position = Pipeline.objects.count()
    _set_archived(pipeline, False, by)


def _set_archived(pipeline: Pipeline, is_archived: bool, by: User) -> None:
    if pipeline.is_archived == is_archived:
        return
    pipeline.is_archived = is_archived
    pipeline.save(update_fields=["is_archived", "position"])
    action = "pipeline.archive" if is_archived else "pipeline.restore"
    audit.record(actor=by, action=action, subject=pipeline)
