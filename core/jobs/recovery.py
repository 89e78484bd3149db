"""Finding work that nobody holds: after a lost worker, a lost message, a wait."""

from collections.abc import Iterable

from django.db.models import Exists, Q
from django.utils import timezone

from core.choices import ACTIVE_STATES, PartitionState, RunState
from core.jobs.leases import claimable, open_partitions
from core.models import JobRun


def runs_to_wake() -> Iterable[int]:
    """Active runs of which something can be done now."""
    free = open_partitions().filter(claimable([PartitionState.PENDING], [PartitionState.RUNNING]))
    # A worker that lives goes on with the next partition by itself.
    at_work = open_partitions().filter(
        state=PartitionState.RUNNING, lease_until__gte=timezone.now()
    )
    own = claimable([RunState.QUEUED], [RunState.PREPARING, RunState.FINISHING])
    working = Q(state=RunState.WORKING) & Exists(free) & ~Exists(at_work)
    finishable = claimable([RunState.WORKING], []) & ~Exists(open_partitions())
    return (
        JobRun.objects.filter(state__in=ACTIVE_STATES)
        .filter(own | working | finishable)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
