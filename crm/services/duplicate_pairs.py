"""What people say about pairs of records that are probably the same."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from core import audit, permissions
from core.models import User
from crm.choices import PairState
from crm.models import DuplicatePair
from crm.queries.compared import COMPARED
from crm.queries.duplicates import open_pairs

RIGHT = "crm.duplicates.use"


@transaction.atomic
def dismiss_pairs(*, object_type: str, records: Collection[int], by: User, at: datetime) -> int:
    """Say that these records are not the same: the open pairs among them stay away."""
    among = open_pairs(object_type, by).filter(one_id__in=records, other_id__in=records)
    return _dismiss(object_type, among.values_list("pk", flat=True), by, at)


@transaction.atomic
def dismiss_by_number(*, object_type: str, pairs: Collection[int], by: User, at: datetime) -> int:
    """The same for pairs that were ticked in the queue."""
    chosen = open_pairs(object_type, by).filter(pk__in=pairs)
    return _dismiss(object_type, chosen.values_list("pk", flat=True), by, at)


def _dismiss(object_type: str, pks: Collection[int], by: User, at: datetime) -> int:
    permissions.require(by, RIGHT)
    rows = DuplicatePair.objects.open().select_for_update().filter(pk__in=list(pks)).order_by("pk")
    pairs = list(rows)
    DuplicatePair.objects.filter(pk__in=[pair.pk for pair in pairs]).update(
        state=PairState.DISMISSED, decided_by=by, decided_at=at
    )
    records = COMPARED[object_type].model._base_manager.in_bulk([pair.one_id for pair in pairs])
    audit.record_all(
        actor=by,
        action="duplicate.dismiss",
        changes_by_subject=[
            (records[pair.one_id], {"duplicate": (pair.other_id, None)}) for pair in pairs
        ],
    )
    return len(pairs)


@transaction.atomic
def reopen_pairs(*, object_type: str, pairs: Collection[int], by: User) -> int:
    """Take back that pairs were dismissed."""
    permissions.require(by, RIGHT)
    mine = DuplicatePair.objects.filter(pk__in=pairs, object_type=object_type, decided_by=by)
    return mine.filter(state=PairState.DISMISSED).update(
        state=PairState.OPEN, decided_by=None, decided_at=None
    )
