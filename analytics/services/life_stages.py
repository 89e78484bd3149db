"""The stages of the lifecycle and what it is reckoned with: written, put in order, switched, deleted."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.models import LifecycleTerms
from core import audit, permissions
from core.conditions import Criterion, Happened, Viewpoint, asks_who_asks, leaves
from core.errors import Refused
from core.models import User
from crm.models import LifeStage
from crm.record_types.lifecycle import LIFE, OF_STAGES

PERMISSION = "analytics.lifecycle.manage"
MOST_STAGES = 20
LANGUAGES = [code for code, _label in settings.LANGUAGES]
COSTS = ("email_cost", "call_cost", "meeting_cost", "offer_cost")
LARGEST = Decimal(10) ** 10


@transaction.atomic
def save_life_stage(*, stage: LifeStage, by: User, at: datetime) -> LifeStage:
    """Make or change a stage; a new one comes last."""
    permissions.require(by, PERMISSION)
    check_life_stage(stage=stage, by=by, at=at)
    before = LifeStage.objects.filter(pk=stage.pk).first()
    if before is None:
        _place_last(stage)
        stage.save()
        audit.record(actor=by, action="life.stage.create", subject=stage)
        _note_change(at)
        return stage
    changes = audit.differences(audit.snapshot(before), stage)
    if changes:
        stage.save()
        audit.record(actor=by, action="life.stage.change", subject=stage, changes=changes)
        _note_change(at)
    return stage


def check_life_stage(*, stage: LifeStage, by: User, at: datetime) -> None:
    """Refuse a stage that makes no sense; bring its condition into its stored form."""
    names = {code: " ".join(str(stage.names.get(code, "")).split())[:60] for code in LANGUAGES}
    stage.names = {code: name for code, name in names.items() if name}
    if not stage.names:
        raise Refused(_("Give the stage a name."))
    if not 0 <= stage.margin <= 100:
        raise Refused(_("A margin lies between 0 and 100 %."))
    if not 0 <= stage.cost < LARGEST:
        raise Refused(_("A cost is 0 or more."))
    asked = stage.asked(Viewpoint(by, timezone.localtime(at)))
    if asks_who_asks(asked):
        raise Refused(_("A rule is the same for everybody: choose people instead of “me”."))
    of_stages = {field.name for field in LIFE}
    for leaf in leaves(asked):
        of_itself = (isinstance(leaf, Criterion) and leaf.field in of_stages) or (
            isinstance(leaf, Happened) and leaf.behaviour in OF_STAGES
        )
        if of_itself:
            raise Refused(_("A stage cannot ask for the stage: ask for what makes it."))
    stage.condition = asked.as_json() if any(True for _leaf in leaves(asked)) else {}


def _place_last(stage: LifeStage) -> None:
    positions = list(LifeStage.objects.values_list("position", flat=True))
    if len(positions) >= MOST_STAGES:
        raise Refused(_("There can be %(most)s stages at most.") % {"most": MOST_STAGES})
    stage.position = max(positions, default=-1) + 1


@transaction.atomic
def move_life_stage(*, stage: LifeStage, steps: int, by: User, at: datetime) -> None:
    """Earlier or later on the way: the last stage that holds counts."""
    permissions.require(by, PERMISSION)
    rows = list(LifeStage.objects.select_for_update())
    before = [row.pk for row in rows]
    order = [pk for pk in before if pk != stage.pk]
    order.insert(max(0, before.index(stage.pk) + steps), stage.pk)
    if order == before:
        return
    for row in rows:
        row.position = order.index(row.pk)
    LifeStage.objects.bulk_update(rows, ["position"])
    audit.record(actor=by, action="life.stage.move", subject=stage)
    _note_change(at)


@transaction.atomic
def enable_life_stage(*, stage: LifeStage, is_enabled: bool, by: User, at: datetime) -> None:
    """Take a stage into use, or out of it."""
    permissions.require(by, PERMISSION)
    if stage.is_enabled == is_enabled:
        return
    stage.is_enabled = is_enabled
    stage.save(update_fields=["is_enabled"])
    changes = {"is_enabled": (not is_enabled, is_enabled)}
    audit.record(actor=by, action="life.stage.change", subject=stage, changes=changes)
    _note_change(at)


@transaction.atomic
def delete_life_stage(*, stage: LifeStage, by: User, at: datetime) -> None:
    """Its contacts get their stage by the other rules with the next run."""
    permissions.require(by, PERMISSION)
    before = audit.snapshot(stage)
    told = {name: (before[name], None) for name in LifeStage.TOLD}
    audit.record(actor=by, action="life.stage.delete", subject=stage, changes=told)
    stage.delete()
    _note_change(at)


@transaction.atomic
def set_terms(*, by: User, at: datetime, discount: Decimal, **costs: Decimal) -> LifecycleTerms:
    """What actions cost, and what money of the next month is worth now."""
    permissions.require(by, PERMISSION)
    if not 0 <= discount <= Decimal("0.999"):
        raise Refused(_("The worth of the next month lies between 0 and 0.999."))
    if not all(0 <= costs[name] < LARGEST for name in COSTS):
        raise Refused(_("A cost is 0 or more."))
    terms = _note_change(at)
    before = audit.snapshot(terms)
    terms.discount = discount
    for name in COSTS:
        setattr(terms, name, costs[name])
    terms.save()
    changes = audit.differences(before, terms)
    if changes:
        audit.record(actor=by, action="life.terms", subject=terms, changes=changes)
    return terms


def _note_change(at: datetime) -> LifecycleTerms:
    """What was worked out before is out of date: the page says so until the next run."""
    terms, _made = LifecycleTerms.objects.get_or_create(pk=1)
    terms.changed_at = at
    terms.save(update_fields=["changed_at"])
    return terms
