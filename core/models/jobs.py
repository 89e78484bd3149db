"""Runs of jobs: the question, its partitions and the steps it took.

The database is the truth about a run; the broker only wakes workers. `core.jobs.runner` explains
the states and leases. Messages, errors and steps are msgids with placeholders.
"""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.choices import ACTIVE_STATES, RESUMABLE_STATES, PartitionState, RunState
from core.models.model_versions import ModelVersion
from core.sentences import say


class JobRunQuerySet(models.QuerySet["JobRun"]):
    def active(self) -> Self:
        return self.filter(state__in=ACTIVE_STATES)


class JobRun(models.Model):
    """One answer to one question: a kind of job over a scope, as of a moment."""

    kind = models.CharField(_("job"), max_length=60)
    question = models.CharField(
        _("question"), max_length=200, help_text=_("Kind of job and scope, without the moment.")
    )
    key = models.CharField(
        _("key"), max_length=260, unique=True, help_text=_("Question and moment.")
    )
    scope = models.JSONField(_("scope"), default=dict)
    as_of = models.DateTimeField(_("as of"))
    seed = models.PositiveIntegerField(_("random seed"), default=0)

    state = models.CharField(_("state"), max_length=12, choices=RunState, default=RunState.QUEUED)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    message = models.CharField(
        _("message"),
        max_length=300,
        blank=True,
    )
    message_args = models.JSONField(_("values in the message"), default=dict)
    error = models.CharField(
        _("error"),
        max_length=500,
        blank=True,
    )
    error_args = models.JSONField(_("values in the error"), default=dict)
    result = models.JSONField(_("result"), default=dict)

    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    model_version = models.ForeignKey(
        ModelVersion,
        verbose_name=_("model version"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="runs",
    )
    rows_read = models.PositiveBigIntegerField(_("rows read"), default=0)
    rows_written = models.PositiveBigIntegerField(_("rows written"), default=0)
    partitions_total = models.PositiveIntegerField(_("parts"), default=0)
    partitions_done = models.PositiveIntegerField(_("parts done"), default=0)

    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cancel_requested = models.BooleanField(_("cancellation asked for"), default=False)

    # The lease of whoever prepares or finishes the run; `claim` grows with each take-over.
    claim = models.PositiveIntegerField(_("take-overs"), default=0)
    lease_until = models.DateTimeField(_("reserved until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)

    objects: ClassVar["models.Manager[JobRun]"] = JobRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        constraints = [
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(state__in=[str(state) for state in ACTIVE_STATES]),
                name="core_job_run_one_active_per_question",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "-id"], name="core_job_run_kind"),
            models.Index(fields=["state", "-id"], name="core_job_run_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    @property
    def is_resumable(self) -> bool:
        return self.state in RESUMABLE_STATES

    @property
    def message_text(self) -> str:
        return say(self.message, self.message_args)

    @property
    def error_text(self) -> str:
        return say(self.error, self.error_args)

    def seconds_left(self, now: datetime) -> float | None:
        """What is left at the speed so far; None before there is a speed to speak of."""
        if not self.is_active or self.started_at is None or self.progress < 3:
            return None
        elapsed = (now - self.started_at).total_seconds()
        return elapsed * (100 - self.progress) / self.progress


class JobPartition(models.Model):
    """A part of a run that is computed by one worker and saved in one transaction."""

    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), on_delete=models.CASCADE, related_name="partitions"
    )
    position = models.PositiveIntegerField(_("position"))
    payload = models.JSONField(_("content"), default=dict)
    state = models.CharField(
        _("state"), max_length=8, choices=PartitionState, default=PartitionState.PENDING
    )
    claim = models.PositiveIntegerField(_("take-overs"), default=0)
    lease_until = models.DateTimeField(_("reserved until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)

    class Meta:
        verbose_name = _("job partition")
        verbose_name_plural = _("job partitions")
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="core_job_partition_once")
        ]
        indexes = [
            models.Index(
                fields=["run", "position"],
                condition=~Q(state="done"),
                name="core_job_partition_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.position}"


class JobStep(models.Model):
    """A step a run took, with what came of it in a sentence."""

    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), on_delete=models.CASCADE, related_name="steps"
    )
    name = models.CharField(
        _("name"),
        max_length=200,
    )
    detail = models.CharField(
        _("detail"),
        max_length=300,
        blank=True,
    )
    detail_args = models.JSONField(_("values in the detail"), default=dict)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("job step")
        verbose_name_plural = _("job steps")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name_text(self) -> str:
        return say(self.name, {})

    @property
    def detail_text(self) -> str:
        return say(self.detail, self.detail_args)
