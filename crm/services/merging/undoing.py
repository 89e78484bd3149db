"""Taking a merge back: the records that went return, and their links with them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Refused
from core.models import ChangeSet, User
from core.registries import RecordType, record_types
from core.services.undo import UNDO, put_back
from crm.choices import PairState
from crm.models import DuplicatePair, MergedRecord
from crm.queries.merges import may_unmerge
from crm.services.merging.moving import move_links_back

UNDO_MERGE = "merge.undo"
MOST_STEPS = 20


@dataclass(frozen=True)
class Unmerged:
    """What came of it: whether the survivor got its values back, and how many links stayed."""

    change_set: ChangeSet
    survivor_left: bool
    links_left: int


@transaction.atomic
def undo_merge(*, change_set: ChangeSet, by: User, at: datetime) -> Unmerged:
    """Put everything back that nobody has changed since."""
    if not may_unmerge(change_set, by):
        raise Refused(_("This can no longer be undone."))
    if not ChangeSet.objects.filter(pk=change_set.pk, undone_at=None).update(undone_at=at):
        raise Refused(_("This was already undone."))
    kind = record_types[change_set.object_type]
    merges = list(MergedRecord.objects.filter(change_set=change_set).order_by("-pk"))
    undoing = ChangeSet.objects.create(object_type=kind.key, action=UNDO, actor=by, at=at)
    survivor = merges[0].survivor_id
    losers = [merge.loser_id for merge in merges]
    _require_losers_in_bin(kind, losers)
    survivor_left = _values_back(change_set, undoing, survivor, losers)
    links_left = sum(
        move_links_back(
            kind,
            merge.moved,
            loser=merge.loser_id,
            survivor=survivor,
            change_set=undoing,
        )
        for merge in merges
    )
    MergedRecord.objects.filter(change_set=change_set).update(undone_at=at)
    audit.record(actor=by, action=UNDO_MERGE, subject=kind.model._base_manager.get(pk=survivor))
    pks = [survivor, *losers]
    pairs = DuplicatePair.objects.filter(object_type=kind.key, one_id__in=pks, other_id__in=pks)
    pairs.update(state=PairState.OPEN, decided_by=None, decided_at=None)
    return Unmerged(undoing, survivor_left, links_left)


def _require_losers_in_bin(kind: RecordType, losers: list[int]) -> None:
    rows = kind.model._base_manager.select_for_update().filter(pk__in=losers)
    if rows.filter(deleted_at__isnull=False).count() < len(losers):
        raise Refused(_("A merged record is no longer in the bin, so this cannot be undone."))


def _values_back(
    change_set: ChangeSet, undoing: ChangeSet, survivor: int, losers: list[int]
) -> bool:
    """The survivor first: it may hold a number that is there once. Whether it was left alone."""
    events = change_set.events.filter(object_type=change_set.object_type)
    left = put_back(events=list(events.filter(object_id=survivor)), undoing=undoing) > 0
    returning = list(events.filter(object_id__in=losers, action="delete"))
    if left:
        for event in returning:
            event.changes.pop("external_id", None)
    put_back(events=returning, undoing=undoing)
    return left


def became(object_type: str, pk: int) -> int | None:
    """The record that a merged one became, through merges of that one in turn."""
    found: int | None = None
    for _step in range(MOST_STEPS):
        rows = MergedRecord.objects.filter(
            object_type=object_type, loser_id=found or pk, undone_at__isnull=True
        )
        following = rows.order_by("-pk").values_list("survivor_id", flat=True).first()
        if following is None:
            return found
        found = following
    return found
