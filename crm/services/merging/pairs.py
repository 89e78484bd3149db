"""Merging many pairs as proposed: those that were ticked, or all from a probability on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core import permissions
from core.errors import Refused
from core.jobs.questions import ask
from core.models import JobRun, User
from core.registries import record_types
from crm.choices import PairState
from crm.models import DuplicatePair
from crm.queries.duplicates import open_pairs
from crm.queries.merges import records_to_merge
from crm.services.merging.merging import merge_records
from crm.services.merging.proposing import propose
from crm.services.merging.undoing import became

MERGING = "crm.duplicate_merge"


@transaction.atomic
def start_merging(
    *, object_type: str, by: User, as_of: datetime, pairs: Sequence[int] = (), least: float = 1.0
) -> JobRun:
    """Put the merging into the queue: of these pairs, else of all that are at least so likely."""
    for right in ("crm.duplicates.use", f"{object_type}.edit", f"{object_type}.delete"):
        permissions.require(by, right)
    scope: dict[str, Any] = {"type": object_type, "by": by.pk}
    scope |= {"pairs": sorted(pairs)} if pairs else {"least": least}
    return ask(kind=MERGING, as_of=as_of, scope=scope, requested_by=by)


def pairs_to_merge(scope: dict[str, Any], by: User) -> list[int]:
    """The open pairs of which the user may see both records, the likeliest first."""
    rows = open_pairs(scope["type"], by, least=scope.get("least", 0.0))
    if "pairs" in scope:
        rows = rows.filter(pk__in=scope["pairs"])
    return list(rows.order_by("-probability", "-pk").values_list("pk", flat=True))


@transaction.atomic
def merge_pairs(*, pks: Collection[int], by: User, at: datetime) -> dict[str, int]:
    """Merge each pair as proposed; what somebody decided in between, or may not be, is left alone."""
    pairs = DuplicatePair.objects.open().filter(pk__in=pks).likeliest_first()
    merged = sum(_merge(pair, by, at) for pair in list(pairs))
    return {"merged": merged, "left_alone": len(pks) - merged}


def _merge(pair: DuplicatePair, by: User, at: datetime) -> bool:
    """One record of the pair may have become another by now: then that one is meant."""
    kind = record_types[pair.object_type]
    ids = {became(kind.key, pk) or pk for pk in pair.ids}
    records = records_to_merge(kind, ids, by)
    if len(ids) < 2:
        _close(pair, by, at)
    if len(records) < 2:
        return False
    proposal = propose(kind, records, by)
    try:
        with transaction.atomic():
            merge_records(
                kind=kind,
                survivor=proposal.survivor,
                losers=[record.pk for record in records if record.pk != proposal.survivor],
                winners=proposal.winners,
                by=by,
                at=at,
            )
    except Refused:
        return False
    _close(pair, by, at)
    return True


def _close(pair: DuplicatePair, by: User, at: datetime) -> None:
    rows = DuplicatePair.objects.open().filter(pk=pair.pk)
    rows.update(state=PairState.MERGED, decided_by=by, decided_at=at)
