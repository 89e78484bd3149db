"""Files that users bring in."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.choices import FileKind
from core.models import ChangeSet, JobRun, Team
from core.registries import RecordType, record_types
from core.sentences import say
from crm.choices import ImportMode


def upload_path(_import: "FileImport", _name: str) -> str:
    """Files are named by us: an uploaded name never becomes a path."""
    import uuid  # noqa: PLC0415  # chance belongs to the moment of the upload

    return f"imports/{uuid.uuid4().hex}.csv"


class ImportBatch(models.Model):
    """An archive of another system: several files that are imported one after the other.

    `left_out` tells of the files that are none of its parts: name and reason (msgid).
    """

    file_name = models.CharField(_("file"), max_length=200)
    source = models.CharField(_("system"), max_length=60, blank=True)
    left_out = models.JSONField(_("files left out"), default=list, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("imported by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    # From then on each part that is done starts the next.
    started_at = models.DateTimeField(_("started"), null=True, blank=True, editable=False)
    # From then on each part that was tried lets the next be tried.
    check_started_at = models.DateTimeField(
        _("check started"), null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("imported archive")
        verbose_name_plural = _("imported archives")

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import_batch", args=[self.pk])


class FileImport(models.Model):
    """One file, how its columns were matched, and what came of it.

    `key` names the targets that say which record a row is of, the surest first. `source` is the
    system whose numbers the file holds. What an import wrote is one `change_set`, which its
    reverting puts back.
    """

    batch = models.ForeignKey(
        ImportBatch,
        verbose_name=_("archive"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="parts",
    )
    object_type = models.CharField(
        _("record type"), max_length=60, default="crm.lead", help_text=_("Such as crm.lead.")
    )
    mode = models.CharField(
        _("what it may do"), max_length=6, choices=ImportMode, default=ImportMode.BOTH
    )
    key = models.JSONField(_("same record by"), default=list)
    makes_contacts = models.BooleanField(
        _("makes missing contacts"),
        default=False,
        help_text=_("Of interactions whose contact is not there yet."),
    )
    source = models.CharField(_("system"), max_length=60, blank=True)
    file = models.FileField(upload_to=upload_path, max_length=200)
    # As it was uploaded, until the import begins: somebody may say that it is to be read otherwise.
    original = models.FileField(
        _("uploaded file"), upload_to=upload_path, max_length=200, blank=True
    )
    file_name = models.CharField(_("file"), max_length=200)
    kind = models.CharField(
        _("kind of file"), max_length=4, choices=FileKind, default=FileKind.TEXT
    )
    encoding = models.CharField(_("encoding"), max_length=20)
    delimiter = models.CharField(_("delimiter"), max_length=1, default=",")
    columns = models.JSONField(_("columns"), default=list)
    columns_digest = models.CharField(
        _("digest of the columns"), max_length=32, default="", editable=False
    )
    header_line = models.PositiveIntegerField(_("line of the header"), default=1)
    # Titles, notes and totals around the table, which are no rows.
    lines_above = models.JSONField(_("lines above the header"), default=list)
    lines_below = models.JSONField(_("lines below the rows"), default=list)
    # [{"column": "Lead Source", "target": "source"}, {"column": …, "target": "custom", …}]
    mapping = models.JSONField(_("matched columns"), default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("imported by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner of the records"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    run = models.ForeignKey(
        JobRun,
        verbose_name=_("job run"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    rows_are_distinct = models.BooleanField(
        _("rows are distinct"),
        default=False,
        editable=False,
        help_text=_("No two of them are of one record: several workers may write them at once."),
    )
    trial = models.ForeignKey(
        JobRun,
        verbose_name=_("trial run"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # What the trial found: examples, refused rows, names that match nothing.
    findings = models.JSONField(_("findings of the trial"), default=dict, blank=True)
    reverting = models.ForeignKey(
        JobRun,
        verbose_name=_("run that reverts it"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    change_set = models.ForeignKey(
        ChangeSet,
        verbose_name=_("bulk change"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            # The mapping of the last file with the same columns is proposed again.
            models.Index(fields=["columns_digest", "-id"], name="crm_import_columns")
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import_detail", args=[self.pk])

    @property
    def record_type(self) -> RecordType:
        """That whose rights, colleagues and list count; interactions are those of contacts."""
        is_record = self.object_type in record_types
        return record_types[self.object_type if is_record else "crm.contact"]

    @property
    def is_of_colleagues(self) -> bool:
        return self.object_type == "core.user"

    @property
    def is_started(self) -> bool:
        """Until then its columns wait to be matched; from then on its run tells how it goes."""
        return self.run_id is not None


class RefusedRow(models.Model):
    """A row that was not imported, or not with all it says, and why: a msgid with placeholders."""

    file_import = models.ForeignKey(
        FileImport, verbose_name=_("import"), on_delete=models.CASCADE, related_name="refused_rows"
    )
    row_number = models.PositiveIntegerField(_("row"))
    reason = models.CharField(
        _("reason"),
        max_length=300,
    )
    reason_args = models.JSONField(_("values in the reason"), default=dict)
    values = models.JSONField(_("values"), default=list)
    is_written = models.BooleanField(
        _("came in"), default=False, help_text=_("But for what the reason says.")
    )

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        constraints = [
            models.UniqueConstraint(
                fields=["file_import", "row_number"], name="crm_refused_row_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_import_id}: {self.row_number}"

    @property
    def reason_text(self) -> str:
        return say(self.reason, self.reason_args)
