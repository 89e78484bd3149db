"""What a job sees of its run: scope, moment, chance, steps, progress, cancelling."""

import time
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from core.jobs.leases import Lease, LeaseLost
from core.models import JobRun, JobStep

# Progress is written at most this often.
WRITE_EVERY_SECONDS = 1.0


class Cancelled(Exception):  # noqa: N818  # somebody asked for it
    """A user cancelled the run."""


class RunContext:
    """Passed to every method of a job. Sentences are msgids with named placeholders."""

    def __init__(self, run: JobRun, lease: Lease, share: int) -> None:
        self.run = run
        self.lease = lease
        self.share = share
        self._step: JobStep | None = None
        self._written_at = 0.0

    @property
    def scope(self) -> dict[str, Any]:
        return dict(self.run.scope)

    @property
    def as_of(self) -> datetime:
        return self.run.as_of

    @property
    def seed(self) -> int:
        return self.run.seed

    def check(self) -> None:
        """Stop here when the lease is lost or a user cancelled."""
        if self.lease.is_lost:
            raise LeaseLost
        if JobRun.objects.filter(pk=self.run.pk, cancel_requested=True).exists():
            raise Cancelled

    def step(self, name: str) -> None:
        """A new step begins; it shows on the run's page."""
        self.check()
        self._end_step()
        self._step = JobStep.objects.create(run=self.run, name=name, started_at=timezone.now())
        self._write(message=name, message_args={})

    def detail(self, sentence: str, **args: Any) -> None:
        """What came of the current step."""
        if self._step is not None:
            self._step.detail, self._step.detail_args = sentence, args
            self._step.save(update_fields=["detail", "detail_args"])

    def progress(self, fraction: float) -> None:
        """How much of the preparing is done, 0 to 1; also notices a cancelled run."""
        now = time.monotonic()
        if now - self._written_at >= WRITE_EVERY_SECONDS:
            self.check()
            self._written_at = now
            self._write(progress=int(self.share * min(max(fraction, 0), 1)))

    def count_read(self, rows: int) -> None:
        self._write(rows_read=F("rows_read") + rows)

    def set_result(self, **values: Any) -> None:
        """Merged into the run's result (call it from what the runner saves in a transaction)."""
        run = JobRun.objects.select_for_update().get(pk=self.run.pk)
        run.result = {**run.result, **values}
        run.save(update_fields=["result"])

    def close(self) -> None:
        self._end_step()

    def _end_step(self) -> None:
        if self._step is not None:
            self._step.finished_at = timezone.now()
            self._step.save(update_fields=["finished_at"])
            self._step = None

    def _write(self, **values: Any) -> None:
        JobRun.objects.filter(pk=self.run.pk).update(**values)
