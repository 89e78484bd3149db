"""Executing runs: whatever of a run can be done now, this worker does."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from core.choices import ACTIVE_STATES, PartitionState, RunState
from core.errors import InsufficientData, Refused
from core.jobs.context import Cancelled, RunContext
from core.jobs.kinds import Job, Plan, Saved, job_kinds
from core.jobs.leases import (
    MAX_ATTEMPTS,
    Lease,
    LeaseLost,
    claim_partition,
    claim_run,
)
from core.jobs.outcomes import end_run
from core.models import JobPartition, JobRun

logger = logging.getLogger(__name__)

TRANSIENT = (OperationalError, InterfaceError, ConnectionError, TimeoutError)
UNEXPECTED = gettext_noop(
    "Something unexpected happened (%(kind)s). The server's log has the details under run %(run)s. "
    "What was there before is unchanged."
)
LOST = gettext_noop(
    "The worker was lost %(count)s times at the same place. It may have run out of memory."
)


def execute_run(run_id: int, *, wake: Callable[[int, float], None]) -> None:
    """Do what can be done of the run now. `wake(run_id, seconds)` calls a worker later."""
    run = JobRun.objects.get(pk=run_id)
    if run.state not in ACTIVE_STATES:
        return
    if run.cancel_requested:
        end_run(run_id, RunState.CANCELLED)
        return
    job = job_kinds[run.kind].load()
    execution = _Execution(run_id, job, wake)
    execution.prepare()
    execution.work()
    execution.finish()


class _Execution:
    """One worker's turn at one run."""

    def __init__(self, run_id: int, job: Job, wake: Callable[[int, float], None]) -> None:
        self.run_id = run_id
        self.job = job
        self.wake = wake

    def prepare(self) -> None:
        lease = claim_run(self.run_id, waiting=RunState.QUEUED, held=RunState.PREPARING)
        if lease is None:
            return
        JobRun.objects.filter(pk=self.run_id, started_at=None).update(started_at=timezone.now())
        JobRun.objects.get(pk=self.run_id).steps.all().delete()  # of a lost worker
        self._attempt(lease, self._prepare)

    def _prepare(self, lease: Lease, context: RunContext) -> None:
        plan = self.job.prepare(context)
        with transaction.atomic():
            self._must_hold(lease)
            self._save_plan(plan)
        if self._may_share():
            for _extra in range(min(len(plan.partitions), 8) - 1):
                self.wake(self.run_id, 0)

    def _may_share(self) -> bool:
        return self.job.may_share(JobRun.objects.get(pk=self.run_id))

    def _save_plan(self, plan: Plan) -> None:
        if plan.save is not None:
            plan.save()
        JobPartition.objects.filter(run_id=self.run_id).delete()
        JobPartition.objects.bulk_create(
            (
                JobPartition(run_id=self.run_id, position=position, payload=payload)
                for position, payload in enumerate(plan.partitions)
            ),
            batch_size=500,
        )
        JobRun.objects.filter(pk=self.run_id).update(
            state=RunState.WORKING,
            progress=self.job.prepare_share,
            partitions_total=len(plan.partitions),
            partitions_done=0,
            rows_read=plan.rows_read,
            lease_until=None,
            attempts=0,
        )

    def work(self) -> None:
        is_parallel = self._may_share()
        while JobRun.objects.filter(pk=self.run_id, state=RunState.WORKING).exists():
            lease = claim_partition(self.run_id, is_parallel=is_parallel)
            if lease is None or not self._attempt(lease, self._work):
                return

    def _work(self, lease: Lease, context: RunContext) -> None:
        context.check()
        data = self.job.load(context, lease.row.payload)  # type: ignore[union-attr]
        results = self.job.compute(context, data)
        with transaction.atomic():
            self._must_hold(lease)
            self._mark_done(lease, self.job.save(context, results))

    def _mark_done(self, lease: Lease, saved: Saved) -> None:
        JobPartition.objects.filter(pk=lease.row.pk).update(state=PartitionState.DONE)
        working = JobRun.objects.select_for_update().filter(state=RunState.WORKING)
        run = working.filter(pk=self.run_id).first()
        if run is None:  # cancelled, or failed at another partition
            raise LeaseLost
        run.partitions_done += 1
        run.rows_read += saved.rows_read
        run.rows_written += saved.rows_written
        share = self.job.prepare_share
        run.progress = share + int((99 - share) * run.partitions_done / run.partitions_total)
        for name, number in (saved.counts or {}).items():
            run.result[name] = run.result.get(name, 0) + number
        run.save(
            update_fields=["partitions_done", "rows_read", "rows_written", "progress", "result"]
        )

    def finish(self) -> None:
        lease = claim_run(self.run_id, waiting=RunState.WORKING, held=RunState.FINISHING)
        if lease is not None:
            self._attempt(lease, self._finish)

    def _finish(self, lease: Lease, context: RunContext) -> None:
        with transaction.atomic():
            self._must_hold(lease)
            self.job.finish(context)
            self._end(RunState.SUCCEEDED)
            for called in context.called:
                self.wake(called, 0)

    @staticmethod
    def _must_hold(lease: Lease) -> None:
        if not lease.is_held():
            raise LeaseLost

    def _attempt(self, lease: Lease, piece: Callable[[Lease, RunContext], None]) -> bool:
        """Do a piece under its lease; True when it was done and the worker may go on."""
        if lease.row.attempts > MAX_ATTEMPTS:
            self._end(RunState.FAILED, LOST, count=MAX_ATTEMPTS)
            return False
        context = RunContext(JobRun.objects.get(pk=self.run_id), lease, self.job.prepare_share)
        try:
            with lease.kept_alive():
                piece(lease, context)
        except Exception as error:  # noqa: BLE001  # a job's fault ends its run, not the worker
            if isinstance(error, TRANSIENT) and not connection.is_usable():
                connection.close()  # the next query opens another
            if lease.is_held():
                self._answer(lease, error)
            else:
                logger.info("Run %s: another worker goes on", self.run_id)
            return False
        return True

    def _answer(self, lease: Lease, error: Exception) -> None:
        """What becomes of the run when a piece was not done; the lease still holds."""
        match error:
            case Cancelled():
                self._end(RunState.CANCELLED)
            case InsufficientData():
                self._end(RunState.INSUFFICIENT, error.message, **error.args_by_name)
            case Refused():
                self._end(RunState.FAILED, error.message, **error.args_by_name)
            case _ if isinstance(error, TRANSIENT) and lease.row.attempts < MAX_ATTEMPTS:
                self._put_back(lease, error)
            case _:
                logger.error("Run %s failed", self.run_id, exc_info=error)
                kind = type(error).__name__
                self._end(RunState.FAILED, UNEXPECTED, kind=kind, run=str(self.run_id))

    def _end(self, state: RunState, error: str = "", **error_args: Any) -> None:
        """End the run and wake a worker for what follows."""
        for following in end_run(self.run_id, state, error, **error_args):
            self.wake(following, 0)

    def _put_back(self, lease: Lease, error: Exception) -> None:
        """Retry a piece after what passes by itself, waiting longer each time."""
        row = lease.row
        logger.warning("Run %s is put back after %s", self.run_id, type(error).__name__)
        wait = 2.0**row.attempts
        waiting: str = PartitionState.PENDING
        if isinstance(row, JobRun):
            waiting = RunState.QUEUED if row.state == RunState.PREPARING else RunState.WORKING
        type(row).objects.filter(pk=row.pk, claim=row.claim).update(
            state=waiting,
            claim=F("claim") + 1,
            lease_until=None,
            not_before=timezone.now() + timedelta(seconds=wait),
        )
        self.wake(self.run_id, wait)
