"""Taking back a move of a deal: as if it had never been dragged."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import ForeignKey
from django.utils.translation import gettext as _

from core import audit, permissions
from core.currencies import current_rates
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import AuditEvent, User
from core.services.currencies import LOCK
from crm.models import Deal, Stage, StageChange
from crm.services.deal_amounts import worth
from crm.services.deals import tell_moved

HOURS = 24
# What a move writes; the rest of a deal is left as it is.
WRITTEN = (
    "stage",
    "lost_reason",
    "won_reason",
    "competitor",
    "closed_at",
    "stage_entered_at",
    "touched_at",
)


@transaction.atomic
def undo_move(*, step: StageChange, by: User, at: datetime) -> Deal:
    """Put a deal back where it stood, as long as nobody has moved it since.

    The step leaves the stage history: whoever slipped has not passed a stage. The trail keeps both.
    """
    if not permissions.access_of(by).edits("crm.deal.stage"):
        raise Refused(_("Your role may not move deals."))
    lock_for_transaction(LOCK)
    deal: Any = Deal.objects.select_for_update(of=("self",)).select_related("stage")
    deal = deal.get(pk=step.deal_id)
    last = StageChange.objects.filter(deal=deal).order_by("-at", "-pk").first()
    if last != step or step.from_stage_id is None or deal.stage_id != step.to_stage_id:
        raise Refused(_("Somebody has moved this deal since. It stays where it is."))
    if step.by_id != by.pk or at > step.at + timedelta(hours=HOURS):
        raise Refused(_("This can no longer be undone."))
    was = audit.snapshot(deal)
    _put_back(deal, _told(step))
    deal.base_amount = worth(deal, current_rates())
    deal.save()
    step.delete()
    tell_moved(deal, was, action="move.undo", by=by)
    return deal  # type: ignore[no-any-return]  # of a QuerySet that is Any


def _told(step: StageChange) -> dict[str, Any]:
    """What the trail says of the step."""
    events = AuditEvent.objects.filter(
        object_type="crm.deal", object_id=step.deal_id, action="move"
    )
    event = events.order_by("-pk").first()
    changes: dict[str, Any] = event.changes if event is not None else {}
    if changes.get("stage") != [step.from_stage_id, step.to_stage_id]:
        raise Refused(_("This can no longer be undone."))
    return changes


def _put_back(deal: Deal, changes: dict[str, Any]) -> None:
    """The values from before, where nobody has written them since."""
    for name in WRITTEN:
        before, after = changes.get(name, (None, None))
        column: Any = Deal._meta.get_field(name)
        plain = column.target_field if isinstance(column, ForeignKey) else column
        if name in changes and column.value_from_object(deal) == plain.to_python(after):
            setattr(deal, column.attname, plain.to_python(before))
    # Read anew: the row at hand is that of the stage after.
    deal.stage = Stage.objects.select_related("pipeline").get(pk=deal.stage_id)
