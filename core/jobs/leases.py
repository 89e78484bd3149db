"""Claims on runs and partitions: taken by conditional UPDATE, kept by a heartbeat."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from core.choices import PartitionState, RunState
from core.models import JobPartition, JobRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

# A piece whose worker was lost this often is not handed out again.
MAX_ATTEMPTS = 5


class LeaseLost(Exception):  # noqa: N818  # not an error: somebody else goes on with the work
    """The claim was taken over; nothing may be saved under it."""


def lease_end() -> object:
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claimable(states: list[str], held: list[str]) -> Q:
    """Waiting and due, or held by a worker that was lost."""
    now = timezone.now()
    due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    return (Q(state__in=states) & due) | Q(state__in=held, lease_until__lt=now)


@dataclass
class Lease:
    """The right to work on one run (preparing, finishing) or on one partition."""

    row: JobRun | JobPartition
    is_lost: bool = False

    def is_held(self) -> bool:
        """Whether the claim still stands; inside a transaction this locks the row."""
        rows = type(self.row).objects.filter(pk=self.row.pk, claim=self.row.claim)
        return bool(rows.update(claim=F("claim")))

    def renew(self) -> None:
        rows = type(self.row).objects.filter(pk=self.row.pk, claim=self.row.claim)
        if not rows.update(lease_until=lease_end()):
            self.is_lost = True

    @contextmanager
    def kept_alive(self) -> Iterator["Lease"]:
        """Renews the lease from a thread while the work goes on."""
        stop = threading.Event()
        beat = threading.Thread(target=_heartbeat, args=(self.renew, stop), daemon=True)
        beat.start()
        try:
            yield self
        finally:
            stop.set()
            beat.join()


def _heartbeat(renew: Callable[[], None], stop: threading.Event) -> None:
    """Renew until told to stop; a database that is away for a moment does not end it."""
    try:
        while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                renew()
            except (OperationalError, InterfaceError):
                logger.warning("The lease could not be renewed; trying again.")
                connection.close()
    finally:
        connection.close()


def open_partitions() -> "QuerySet[JobPartition]":
    """The partitions that are not done, of the run in an outer query."""
    return JobPartition.objects.filter(run=OuterRef("pk")).exclude(state=PartitionState.DONE)


def claim_run(run_id: int, *, waiting: RunState, held: RunState) -> Lease | None:
    """Take the run for preparing (from queued), or for finishing once all partitions are done."""
    free = JobRun.objects.filter(claimable([waiting], [held]), pk=run_id, cancel_requested=False)
    if held == RunState.FINISHING:
        free = free.filter(~Exists(open_partitions()))
    taken = free.update(
        state=held,
        claim=F("claim") + 1,
        attempts=F("attempts") + 1,
        lease_until=lease_end(),
        not_before=None,
    )
    return Lease(JobRun.objects.get(pk=run_id)) if taken else None


def claim_partition(run_id: int, *, is_parallel: bool) -> Lease | None:
    """Take the next partition; a job that is not parallel takes only the first open one."""
    open_ones = JobPartition.objects.filter(run_id=run_id).exclude(state=PartitionState.DONE)
    free = claimable([PartitionState.PENDING], [PartitionState.RUNNING])
    for _attempt in range(20):
        candidates = open_ones.order_by("position")
        if is_parallel:
            candidates = candidates.filter(free)
        candidate = candidates.first()
        if candidate is None:
            return None
        taken = JobPartition.objects.filter(free, pk=candidate.pk, claim=candidate.claim).update(
            state=PartitionState.RUNNING,
            claim=F("claim") + 1,
            attempts=F("attempts") + 1,
            lease_until=lease_end(),
            not_before=None,
        )
        if taken:
            candidate.refresh_from_db()
            return Lease(candidate)
        if not is_parallel:
            return None
    return None
