"""Deals: saving, moving through their stages, lines, who takes part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.currencies import CENT, LARGEST, base_currency, current_rates
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import User
from core.services.currencies import LOCK
from core.services.records import after_change, save_record
from crm.choices import BuyingRole, StageKind
from crm.models import Competitor, Contact, Deal, DealContact, DealLine, Stage, StageChange
from crm.queries.pipelines import closing_stage, first_stage
from crm.services.deal_amounts import worth


@transaction.atomic
def save_deal(*, deal: Deal, by: User, at: datetime) -> Deal:
    """Create or change a deal; another stage counts as a move, and the value follows the lines."""
    lock_for_transaction(LOCK)
    stored = _hold(deal)
    if stored is None:
        _begin(deal)
    before = stored.stage if stored else None
    if before != deal.stage:
        _enter(deal, before, at)
    if stored:
        _follow_lines(deal, list(deal.lines.all()))
    deal.base_amount = worth(deal, current_rates())
    deal.normalise()
    save_record(record=deal, by=by)
    if before != deal.stage:
        StageChange.objects.create(deal=deal, from_stage=before, to_stage=deal.stage, at=at, by=by)
    return deal


def _hold(deal: Deal) -> Deal | None:
    """The stored deal, locked until the transaction ends; none of a new one."""
    if not deal.pk:
        return None
    held: Deal = (
        Deal.objects.select_for_update(of=("self",)).select_related("stage").get(pk=deal.pk)
    )
    return held


def _begin(deal: Deal) -> None:
    """What a new deal has without being told."""
    if not deal.stage_id:
        stage = first_stage()
        if stage is None:
            raise Refused(_("There is no pipeline with an open stage. Ask an administrator."))
        deal.stage = stage
    if not deal.currency:
        deal.currency = base_currency()


def _enter(deal: Deal, before: Stage | None, at: datetime) -> None:
    """The facts that follow from being in a stage; a lost one needs its reason, others have none."""
    if deal.stage.kind == StageKind.LOST and not deal.lost_reason.strip():
        raise Refused(_("Say why the deal is lost."))
    if deal.stage.kind != StageKind.LOST:
        deal.lost_reason = ""
    if deal.stage.kind != StageKind.WON:
        deal.won_reason = ""
    if deal.stage.kind == StageKind.OPEN:
        deal.closed_at = None
    elif deal.closed_at is None or (before is not None and before.kind != deal.stage.kind):
        deal.closed_at = at
    deal.stage_entered_at = at


@dataclass(frozen=True)
class Ending:
    """What is said of a deal that is closed: why, and who else wanted to sell."""

    reason: str | None = None
    competitor: Competitor | None = None


class MovedMeanwhile(Refused):  # an answer, like Refused
    """Somebody else has moved the deal since it was looked at."""


@transaction.atomic
def move_deal(
    *,
    deal: Deal,
    stage: Stage,
    by: User,
    at: datetime,
    ending: Ending | None = None,
    seen: int | None = None,
) -> StageChange | None:
    """Move a deal to another stage; the step, if it moved. A lost one needs a reason.

    `seen` is the stage in which whoever moves it saw it: somebody else may have been quicker.
    """
    if not permissions.access_of(by).edits("crm.deal.stage"):
        raise Refused(_("Your role may not move deals."))
    lock_for_transaction(LOCK)
    stored = _hold(deal)
    if stored is None:
        raise Refused(_("This record is gone. Somebody deleted it in the meantime."))
    if seen is not None and stored.stage_id != seen:
        raise MovedMeanwhile(_who_moved(stored))
    if stored.stage == stage:
        return None
    was = audit.snapshot(stored)
    moved, before = stored, stored.stage
    moved.stage = stage
    _end(moved, ending or Ending())
    _enter(moved, before, at)
    moved.touched_at = max(at, moved.touched_at or at)
    moved.base_amount = worth(moved, current_rates())
    moved.save()
    step = StageChange.objects.create(deal=moved, from_stage=before, to_stage=stage, at=at, by=by)
    tell_moved(moved, was, action="move", by=by)
    _take_over(deal, moved)
    return step


def _end(deal: Deal, ending: Ending) -> None:
    """Only what was said is written: who goes on from lost to won keeps the competitor."""
    if ending.reason is not None:
        name = "won_reason" if deal.stage.kind == StageKind.WON else "lost_reason"
        setattr(deal, name, ending.reason.strip())
    if ending.competitor is not None:
        deal.competitor = ending.competitor


def _who_moved(deal: Deal) -> str:
    """Who was quicker, in a sentence."""
    last = StageChange.objects.filter(deal=deal).select_related("by").order_by("-at", "-pk").first()
    words = {"stage": str(deal.stage), "who": last.by.display_name if last and last.by else ""}
    if not words["who"]:
        return _("Meanwhile this deal was moved to “%(stage)s”. Nothing was changed.") % words
    return _("%(who)s has moved this deal to “%(stage)s”. Nothing was changed.") % words


def tell_moved(deal: Deal, was: Mapping[str, Any], *, action: str, by: User) -> None:
    """The trail, the webhooks and the index of search learn of a move."""
    changes = audit.differences(was, deal)
    audit.record(actor=by, action=action, subject=deal, changes=changes)
    after_change("crm.deal", [deal.pk], changes={deal.pk: changes}, by=by)


def _take_over(deal: Deal, stored: Deal) -> None:
    """The caller's deal gets what the move has written."""
    deal.stage = stored.stage
    for field in Deal._meta.concrete_fields:
        setattr(deal, field.attname, getattr(stored, field.attname))


def win_deal(
    *, deal: Deal, by: User, at: datetime, ending: Ending | None = None
) -> StageChange | None:
    """Move a deal to the pipeline's stage for won ones."""
    stage = _closing(deal, StageKind.WON)
    return move_deal(deal=deal, stage=stage, by=by, at=at, ending=ending)


def lose_deal(*, deal: Deal, ending: Ending, by: User, at: datetime) -> StageChange | None:
    """Move a deal to the pipeline's stage for lost ones."""
    stage = _closing(deal, StageKind.LOST)
    return move_deal(deal=deal, stage=stage, by=by, at=at, ending=ending)


def _closing(deal: Deal, kind: StageKind) -> Stage:
    stage = closing_stage(deal.pipeline_id, kind)
    if stage is None:
        raise Refused(_("The pipeline has no such stage. Ask an administrator."))
    return stage


def reopen_deal(*, deal: Deal, by: User, at: datetime) -> StageChange | None:
    """Bring a closed deal back to the open stage it was closed in, else to the first one."""
    if deal.is_open:
        raise Refused(_("This deal is open already."))
    last = (
        StageChange.objects.filter(
            deal=deal,
            to_stage__kind=StageKind.OPEN,
            to_stage__pipeline=deal.pipeline_id,
            to_stage__is_archived=False,
        )
        .select_related("to_stage__pipeline")
        .order_by("-at", "-pk")
        .first()
    )
    stage = last.to_stage if last else first_stage(deal.pipeline)
    if stage is None:
        raise Refused(_("The pipeline has no such stage. Ask an administrator."))
    return move_deal(deal=deal, stage=stage, by=by, at=at)


# -- lines -----------------------------------------------------------------------------------------


def line_total(line: DealLine) -> Decimal:
    """Quantity times price less discount, to the cent."""
    gross = line.quantity * line.unit_price
    return (gross * (1 - line.discount_rate)).quantize(CENT, ROUND_HALF_UP)


def _follow_lines(deal: Deal, lines: Sequence[DealLine]) -> None:
    """The value is what the lines add up to; a deal without lines has its own."""
    if not lines:
        return
    total = sum((line_total(line) for line in lines), Decimal(0))
    if abs(total) >= LARGEST:
        raise Refused(_("This amount is too large."))
    deal.amount = total


def follow_deal_edit(deals: Sequence[Deal], _at: datetime) -> None:
    """An edited value, currency or day says anew what a deal is worth."""
    lines: dict[int, list[DealLine]] = {}
    for line in DealLine.objects.filter(deal__in=deals):
        lines.setdefault(line.deal_id, []).append(line)
    rates = current_rates()
    for deal in deals:
        _follow_lines(deal, lines.get(deal.pk, []))
        deal.base_amount = worth(deal, rates)


@transaction.atomic
def set_lines(*, deal: Deal, lines: Sequence[DealLine], by: User, at: datetime) -> Deal:
    """Give a deal these lines in this order; the value becomes their sum."""
    _hold(deal)
    for line in lines:
        _check_line(line)
    before = _lines_in_words(deal)
    kept = [line.pk for line in lines if line.pk]
    deal.lines.exclude(pk__in=kept).delete()
    for position, line in enumerate(lines):
        line.deal, line.position = deal, position
        line.save()
    after = _lines_in_words(deal)
    if before != after:
        audit.record(actor=by, action="lines", subject=deal, changes={"lines": (before, after)})
    return save_deal(deal=deal, by=by, at=at)


def _check_line(line: DealLine) -> None:
    if line.quantity <= 0:
        raise Refused(_("Enter a quantity above 0."))
    if not 0 <= line.discount_rate <= 1:
        raise Refused(_("Enter a discount between 0 and 100 %."))
    if abs(line.quantity * line.unit_price) >= LARGEST:
        raise Refused(_("This amount is too large."))


def _lines_in_words(deal: Deal) -> str:
    rows = deal.lines.select_related("product")
    return "; ".join(f"{line.quantity} × {line.product.name} {line_total(line)}" for line in rows)


# -- people ----------------------------------------------------------------------------------------


@transaction.atomic
def add_participant(*, deal: Deal, contact: Contact, role: str, by: User) -> DealContact:
    """Let a person take part in a deal, or change the part they play."""
    if role and role not in BuyingRole.values:
        raise Refused(_("Choose a role from the list."))
    part, is_new = DealContact.objects.get_or_create(
        deal=deal, contact=contact, defaults={"role": role}
    )
    changes: dict[str, Any] = {"participant": (None, contact.pk)} if is_new else {}
    if is_new or part.role != role:
        changes["role"] = ("" if is_new else part.role, role)
        DealContact.objects.filter(pk=part.pk).update(role=role)
        part.role = role
        action = "participant.add" if is_new else "participant.edit"
        audit.record(actor=by, action=action, subject=deal, changes=changes)
    return part


@transaction.atomic
def remove_participant(*, deal: Deal, contact: Contact, by: User) -> bool:
    """Whether the person took part until now."""
    gone, _by_model = DealContact.objects.filter(deal=deal, contact=contact).delete()
    if gone:
        changes = {"participant": (contact.pk, None)}
        audit.record(actor=by, action="participant.remove", subject=deal, changes=changes)
    return bool(gone)
