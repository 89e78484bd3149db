"""What the product writes by itself: jobs, models, the trail, the search index."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin.base import PanelAdmin
from core.admin.filters import RecordTypeFilter
from core.changes.words import title_of as change_title
from core.jobs.kinds import job_kinds
from core.models import (
    Archive,
    Attachment,
    AuditEvent,
    ChangeSet,
    DerivedValue,
    JobPartition,
    JobRun,
    JobStep,
    ModelArtifact,
    ModelVersion,
    QualityCount,
    SearchEntry,
    SearchWord,
    User,
)
from core.queries.audit import title_of as audit_title
from core.queries.audit import type_label
from core.services.jobs import cancel_run, resume_run
from core.tasks import wake


@admin.register(JobRun)
class JobRunAdmin(PanelAdmin):
    group = "jobs"
    changed_in, changed_at = "job_list", ("job_run", "pk")
    icon = "play_circle"
    said_as: ClassVar[Any] = {"kind": "job", "message": "told", "error": "failed"}
    list_display: ClassVar[Any] = (
        "job",
        "state",
        "progress",
        "requested_by",
        "created_at",
        "finished_at",
        "failed",
    )
    list_filter: ClassVar[Any] = ("state",)
    words: ClassVar[Any] = ("kind",)
    actions: ClassVar[Any] = ("cancel", "resume")

    def name_of(self, row: Any) -> str:
        return gettext("%(kind)s %(number)s") % {"kind": self.job(row), "number": row.pk}

    @admin.display(description=_("job"), ordering="kind")
    def job(self, run: JobRun) -> str:
        return str(job_kinds[run.kind].label) if run.kind in job_kinds else run.kind

    @admin.display(description=_("message"))
    def told(self, run: JobRun) -> str:
        return run.message_text

    @admin.display(description=_("error"))
    def failed(self, run: JobRun) -> str:
        return run.error_text

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        return reverse("job_run", args=[obj.pk]) if obj else None

    @admin.action(description=_("Cancel"))
    def cancel(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.on_each(request, rows, lambda run, by: cancel_run(run=run, by=by))

    @admin.action(description=_("Resume"))
    def resume(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.on_each(request, rows, _resume)


def _resume(run: JobRun, by: User) -> None:
    resume_run(run=run, by=by)
    wake(run.pk)


@admin.register(JobPartition)
class JobPartitionAdmin(PanelAdmin):
    group = "jobs"
    icon = "segment"
    list_display: ClassVar[Any] = ("run", "position", "state", "attempts", "lease_until")
    list_filter: ClassVar[Any] = ("state",)
    numbers: ClassVar[Any] = ("pk", "run_id")
    has_name = False


@admin.register(JobStep)
class JobStepAdmin(PanelAdmin):
    group = "jobs"
    icon = "checklist"
    said_as: ClassVar[Any] = {"name": "step", "detail": "told"}
    list_display: ClassVar[Any] = ("step", "run", "told", "started_at", "finished_at")
    numbers: ClassVar[Any] = ("pk", "run_id")

    def name_of(self, row: Any) -> str:
        return self.step(row)

    @admin.display(description=_("name"))
    def step(self, row: JobStep) -> str:
        return row.name_text

    @admin.display(description=_("detail"))
    def told(self, row: JobStep) -> str:
        return row.detail_text


@admin.register(ModelVersion)
class ModelVersionAdmin(PanelAdmin):
    group = "understand"
    icon = "model_training"
    is_small = True
    list_display: ClassVar[Any] = (
        "__str__",
        "state",
        "reason",
        "algorithm",
        "rows",
        "created_at",
        "decided_by",
    )
    list_filter: ClassVar[Any] = ("state",)
    words: ClassVar[Any] = ("kind",)


@admin.register(ModelArtifact)
class ModelArtifactAdmin(PanelAdmin):
    group = "understand"
    icon = "inventory_2"
    is_small = True
    hidden: ClassVar[Any] = ("content",)
    list_display: ClassVar[Any] = ("version",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the models themselves, which are large."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.defer("content")


@admin.register(AuditEvent)
class AuditEventAdmin(PanelAdmin):
    icon = "history"
    said_as: ClassVar[Any] = {"action": "act", "object_type": "to_what"}
    list_display: ClassVar[Any] = ("at", "actor", "act", "to_what", "object_id")
    list_filter: ClassVar[Any] = (RecordTypeFilter,)
    numbers: ClassVar[Any] = ("pk", "object_id", "actor_id")

    def name_of(self, row: Any) -> str:
        return " · ".join(filter(None, (self.act(row), self.to_what(row))))

    @admin.display(description=_("what"), ordering="action")
    def act(self, event: AuditEvent) -> str:
        return audit_title(event.action)

    @admin.display(description=_("to what"), ordering="object_type")
    def to_what(self, event: AuditEvent) -> str:
        return type_label(event.object_type)


@admin.register(ChangeSet)
class ChangeSetAdmin(PanelAdmin):
    icon = "checklist_rtl"
    said_as: ClassVar[Any] = {**PanelAdmin.said_as, "action": "act"}
    list_display: ClassVar[Any] = ("act", "record_type", "count", "actor", "at", "undone_at")
    list_filter: ClassVar[Any] = (RecordTypeFilter,)
    numbers: ClassVar[Any] = ("pk", "actor_id")

    def name_of(self, row: Any) -> str:
        return f"{self.act(row)} · {self.record_type(row)}"

    @admin.display(description=_("what"))
    def act(self, change: ChangeSet) -> str:
        return change_title(change.action)


@admin.register(Archive)
class ArchiveAdmin(PanelAdmin):
    group = "system"
    icon = "archive"
    hidden: ClassVar[Any] = ("file",)
    list_display: ClassVar[Any] = ("__str__", "rows", "size", "created_by", "expires_at")
    has_name = False


@admin.register(QualityCount)
class QualityCountAdmin(PanelAdmin):
    group = "understand"
    icon = "rule"
    list_display: ClassVar[Any] = ("record_type", "is_whole", "owner", "team", "total", "run")
    list_filter: ClassVar[Any] = (RecordTypeFilter, "is_whole")
    joined: ClassVar[Any] = ("owner", "team", "run")
    has_name = False


@admin.register(DerivedValue)
class DerivedValueAdmin(PanelAdmin):
    group = "records"
    icon = "auto_fix"
    list_display: ClassVar[Any] = ("record_type", "object_id", "field", "value", "method", "at")
    list_filter: ClassVar[Any] = (RecordTypeFilter,)
    has_name = False


@admin.register(SearchEntry)
class SearchEntryAdmin(PanelAdmin):
    icon = "manage_search"
    hidden: ClassVar[Any] = ("tokens",)
    list_display: ClassVar[Any] = ("record_type", "object_id", "owner", "team", "changed_at")
    list_filter: ClassVar[Any] = (RecordTypeFilter,)
    numbers: ClassVar[Any] = ("pk", "object_id")
    has_name = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.defer("tokens")


@admin.register(SearchWord)
class SearchWordAdmin(PanelAdmin):
    icon = "match_word"
    list_display: ClassVar[Any] = ("word",)
    numbers: ClassVar[Any] = ()
    words: ClassVar[Any] = ("word__startswith",)


@admin.register(Attachment)
class AttachmentAdmin(PanelAdmin):
    group = "records"
    icon = "attach_file"
    hidden: ClassVar[Any] = ("file",)
    list_display: ClassVar[Any] = ("name", "record_type", "object_id", "size", "created_at")
    list_filter: ClassVar[Any] = (RecordTypeFilter,)
    numbers: ClassVar[Any] = ("pk", "object_id")
