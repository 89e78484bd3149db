"""Finding work that nobody holds: after a lost worker, a lost message, a wait."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from core.choices import ACTIVE_STATES, PartitionState, RunState
from core.jobs.leases import claimable
from core.models import JobPartition, JobRun


def runs_to_wake() -> Iterable[int]:
    """Active runs of which something can be done now."""
    open_ones = JobPartition.objects.filter(run=OuterRef("pk")).exclude(state=PartitionState.DONE)
    free = open_ones.filter(claimable([PartitionState.PENDING], [PartitionState.RUNNING]))
    own = claimable([RunState.QUEUED], [RunState.PREPARING, RunState.FINISHING])
    working = Q(state=RunState.WORKING)
    finishable = claimable([RunState.WORKING], []) & ~Exists(open_ones)
    return (
        JobRun.objects.filter(state__in=ACTIVE_STATES)
        .filter(own | (working & Exists(free)) | finishable)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
