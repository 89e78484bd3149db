"""The lists of reasons and competitors that are offered when a deal is closed."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import User
from crm.choices import UNFIT, StageKind
from crm.models import CloseReason, Competitor
from crm.services.pipelines import PERMISSION

LOCK = "crm.closing"
MOST = 200
Listed = CloseReason | Competitor
# How acts on them are called in the trail.
NAMES: dict[type[Listed], str] = {CloseReason: "reason", Competitor: "competitor"}


@transaction.atomic
def save_reason(*, reason: CloseReason, by: User) -> CloseReason:
    """Add a reason as the last of its kind, or rename it; what deals say stays as it is."""
    if reason.kind not in (StageKind.WON, StageKind.LOST, UNFIT):
        raise Refused(
            _("Say whether it is a reason for winning, for losing or for leads that are not a fit.")
        )
    _hold(by)
    same = CloseReason.objects.filter(kind=reason.kind)
    _check(reason, [(row.pk, row.name) for row in same], _("There is a reason “%(name)s” already."))
    if not reason.pk:
        reason.position = len(same)
    _save(reason, by)
    return reason


@transaction.atomic
def save_competitor(*, competitor: Competitor, by: User) -> Competitor:
    """Add a competitor, or rename it for all deals that name it."""
    _hold(by)
    rows = list(Competitor.objects.values_list("pk", "name"))
    _check(competitor, rows, _("There is a competitor “%(name)s” already."))
    _save(competitor, by)
    return competitor


def _hold(by: User) -> None:
    permissions.require(by, PERMISSION)
    lock_for_transaction(LOCK)


def _check(row: Listed, others: Sequence[tuple[int, str]], sentence: str) -> None:
    row.name = " ".join(row.name.split())
    if not row.name:
        raise Refused(_("Give it a name."))
    if any(pk != row.pk and name.casefold() == row.name.casefold() for pk, name in others):
        raise Refused(sentence % {"name": row.name})
    if not row.pk and len(others) >= MOST:
        raise Refused(_("There may be up to %(most)s of them.") % {"most": MOST})


def _save(row: Listed, by: User) -> None:
    name = NAMES[type(row)]
    if not row.pk:
        row.save()
        audit.record(actor=by, action=f"{name}.create", subject=row)
        return
    changes = audit.differences(audit.snapshot(type(row)._base_manager.get(pk=row.pk)), row)
    if changes:
        row.save(update_fields=list(changes))
        audit.record(actor=by, action=f"{name}.change", subject=row, changes=changes)


@transaction.atomic
def set_offered(*, row: Listed, is_offered: bool, by: User) -> None:
    """Offer it again, or no more; deals that name it go on naming it."""
    _hold(by)
    if row.is_archived != is_offered:
        return
    row.is_archived = not is_offered
    row.save(update_fields=["is_archived"])
    act = "restore" if is_offered else "archive"
    audit.record(actor=by, action=f"{NAMES[type(row)]}.{act}", subject=row)


@transaction.atomic
def move_reason(*, reason: CloseReason, steps: int, by: User) -> None:
    """Move a reason among those of its kind; -1 is one up."""
    _hold(by)
    rows = list(CloseReason.objects.filter(kind=reason.kind, is_archived=False))
    if reason not in rows:
        raise Refused(_("This reason is archived."))
    place = rows.index(reason)
    rows.insert(min(max(place + steps, 0), len(rows) - 1), rows.pop(place))
    for position, each in enumerate(rows):
        if each.position != position:
            CloseReason.objects.filter(pk=each.pk).update(position=position)
    names = ", ".join(each.name for each in rows)
    audit.record(actor=by, action="reason.change", subject=reason, changes={"order": ("", names)})
