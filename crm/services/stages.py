"""The stages of pipelines: making, changing, ordering, and taking away with their deals moved."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.jobs.questions import ask
from core.locks import lock_for_transaction
from core.models import JobRun, User
from core.services.records import after_change
from core.upsert import update_rows
from crm.choices import StageKind
from crm.models import Deal, Stage, StageChange
from crm.queries.pipelines import kinds_without, stage_called, stages_instead_of
from crm.services.pipelines import LOCK, PERMISSION

REMOVAL_JOB = "crm.stage_removal"
MOST_AT_ONCE = 500
MOST_STAGES = 30
CHANCES = {StageKind.WON: 100, StageKind.LOST: 0}


@transaction.atomic
def save_stage(*, stage: Stage, by: User) -> Stage:
    """Make or change a stage; what it means stays as long as deals stand in it."""
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    stored = Stage.objects.filter(pk=stage.pk).first() if stage.pk else None
    _check(stage, stored)
    stage.probability = CHANCES.get(StageKind(stage.kind), stage.probability)
    if stage.kind != StageKind.OPEN:
        stage.rotting_days = stage.slow_days = stage.wip_limit = 0
    if stored is None:
        stage.position = _last_position(stage)
        stage.save()
        audit.record(actor=by, action="stage.create", subject=stage)
        return stage
    changes = audit.differences(audit.snapshot(stored), stage)
    if changes:
        stage.save(update_fields=list(changes))
        audit.record(actor=by, action="stage.change", subject=stage, changes=changes)
    return stage


def _check(stage: Stage, stored: Stage | None) -> None:
    stage.name = stage.name.strip()
    if not stage.name:
        raise Refused(_("Give the stage a name."))
    if stage_called(stage.pipeline, stage.name, besides=stage.pk):
        raise Refused(_("The pipeline has a stage “%(name)s” already.") % {"name": stage.name})
    if stored is None or stored.kind == stage.kind:
        return
    _require_kinds(stage, with_kind=stage.kind)
    if Deal._base_manager.filter(stage=stage.pk).exists():
        raise Refused(
            _("Deals stand in this stage. What it means can be changed once they are elsewhere.")
        )


def _require_kinds(stage: Stage, *, with_kind: str = "") -> None:
    if not set(StageKind.values) <= kinds_without(stage) | {with_kind}:
        raise Refused(_("A pipeline needs an open stage, one for won and one for lost deals."))


def _last_position(stage: Stage) -> int:
    """After the last stage of its kind, so that won and lost stay at the end."""
    stages = list(Stage.objects.in_use().filter(pipeline=stage.pipeline))
    if len(stages) >= MOST_STAGES:
        raise Refused(_("A pipeline may have up to %(most)s stages.") % {"most": MOST_STAGES})
    same = [place for place, each in enumerate(stages) if each.kind == stage.kind]
    place = same[-1] + 1 if same else len(stages)
    _write_positions([*stages[:place], None, *stages[place:]])
    return place


def _write_positions(stages: Sequence[Stage | None]) -> None:
    for position, each in enumerate(stages):
        if each is not None and each.position != position:
            Stage.objects.filter(pk=each.pk).update(position=position)


@transaction.atomic
def order_stages(*, pipeline: int, order: Sequence[int], by: User) -> None:
    """Put the stages of a pipeline into this order; what it does not name stays behind it."""
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    stages = list(Stage.objects.in_use().filter(pipeline=pipeline))
    wanted = {pk: place for place, pk in enumerate(order)}
    ordered = sorted(stages, key=lambda stage: wanted.get(stage.pk, len(wanted)))
    if ordered == stages:
        return
    _write_positions(ordered)
    names = [[each.name for each in row] for row in (stages, ordered)]
    changes = {"order": (", ".join(names[0]), ", ".join(names[1]))}
    audit.record(actor=by, action="stage.move", subject=ordered[0].pipeline, changes=changes)


@transaction.atomic
def move_stage(*, stage: Stage, steps: int, by: User) -> None:
    """Move a stage within its pipeline; -1 is one up."""
    order = list(
        Stage.objects.in_use().filter(pipeline=stage.pipeline_id).values_list("pk", flat=True)
    )
    if stage.pk not in order:
        raise Refused(_("This stage is no longer in use."))
    place = order.index(stage.pk)
    order.insert(min(max(place + steps, 0), len(order) - 1), order.pop(place))
    order_stages(pipeline=stage.pipeline_id, order=order, by=by)


@transaction.atomic
def remove_stage(*, stage: Stage, target: Stage | None, by: User, at: datetime) -> JobRun | None:
    """Take a stage out of use and move its deals to another one of the same kind.

    Up to 500 deals move now, more by a job, which is returned: whoever calls wakes it.
    """
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)
    _require_kinds(stage)
    ids = list(deals_of(stage.pk).values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if ids and target not in stages_instead_of(stage):
        raise Refused(_("Choose the stage that the deals go to."))
    stage.is_archived = True
    stage.save(update_fields=["is_archived"])
    moved_to = {"moved_to": (None, target.name)} if ids and target else {}
    audit.record(actor=by, action="stage.remove", subject=stage, changes=moved_to)
    if not ids or target is None:
        return None
    if len(ids) <= MOST_AT_ONCE:
        move_deals(ids=ids, target=target, by=by, at=at)
        return None
    scope = {"stage": stage.pk, "target": target.pk, "name": stage.name}
    return ask(kind=REMOVAL_JOB, as_of=at, scope=scope, requested_by=by)


def deals_of(stage: int) -> "QuerySet[Deal]":
    """All deals of a stage, those in the bin as well: they may come back."""
    return Deal._base_manager.filter(stage=stage).order_by("pk")


@transaction.atomic
def move_deals(*, ids: Collection[int], target: Stage, by: User | None, at: datetime) -> int:
    """Move deals because their stage goes: a step of their history, but no touch."""
    rows = Deal._base_manager.select_for_update(of=("self",)).select_related("stage")
    deals = list(rows.filter(pk__in=ids).exclude(stage=target).order_by("pk"))
    before = [(audit.snapshot(deal), deal.stage) for deal in deals]
    for deal in deals:
        deal.stage, deal.stage_entered_at, deal.updated_at = target, at, at
        deal.normalise()
    update_rows(deals, fields=["stage", "pipeline", "status", "stage_entered_at", "updated_at"])
    StageChange.objects.bulk_create(
        StageChange(deal=deal, from_stage=was, to_stage=target, at=at, by=by)
        for deal, (_snapshot, was) in zip(deals, before, strict=True)
    )
    changed = [
        (deal, audit.differences(snapshot, deal))
        for deal, (snapshot, _was) in zip(deals, before, strict=True)
    ]
    audit.record_all(actor=by, action="move", changes_by_subject=changed)
    after_change("crm.deal", [deal.pk for deal in deals])
    return len(deals)
