"""What a job sees of its run: scope, moment, chance, steps, progress, cancelling."""

import time
from datetime import datetime
from typing import Any

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
        self.called: list[int] = []

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
        self._update_step(finished_at=timezone.now())
        self._step = JobStep.objects.create(run=self.run, name=name, started_at=timezone.now())
        self._write(message=name, message_args={})

    def call(self, run: JobRun | None) -> None:
        """A worker is called to this run as soon as the current one has ended."""
        if run is not None:
            self.called.append(run.pk)

    def detail(self, sentence: str, **args: Any) -> None:
        """What came of the current step."""
        self._update_step(detail=sentence, detail_args=args)

    def progress(self, fraction: float) -> None:
        """How much of the preparing is done, 0 to 1; also notices a cancelled run."""
        now = time.monotonic()
        if now - self._written_at >= WRITE_EVERY_SECONDS:
            self.check()
            self._written_at = now
            self._write(progress=int(self.share * min(max(fraction, 0), 1)))

    def _update_step(self, **values: Any) -> None:
        """Whoever took the run over has deleted the step: then there is nothing to update."""
        if self._step is not None:
            JobStep.objects.filter(pk=self._step.pk).update(**values)

    def _write(self, **values: Any) -> None:
        JobRun.objects.filter(pk=self.run.pk, claim=self.run.claim).update(**values)
