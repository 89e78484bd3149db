"""Files of leads that users bring in."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.choices import FileKind
from core.models import JobRun, Team
from core.sentences import say


def upload_path(_import: "LeadImport", _name: str) -> str:
    """Files are named by us: an uploaded name never becomes a path."""
    import uuid  # noqa: PLC0415  # chance belongs to the moment of the upload

    return f"imports/{uuid.uuid4().hex}.csv"


class LeadImport(models.Model):
    """One file, how its columns were matched, and what came of it."""

    file = models.FileField(upload_to=upload_path, max_length=200)
    file_name = models.CharField(_("file"), max_length=200)
    kind = models.CharField(
        _("kind of file"), max_length=4, choices=FileKind, default=FileKind.TEXT
    )
    encoding = models.CharField(_("encoding"), max_length=20)
    delimiter = models.CharField(_("delimiter"), max_length=1, default=",")
    columns = models.JSONField(_("columns"), default=list)
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
        verbose_name=_("owner of the leads"),
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
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("import_detail", args=[self.pk])

    @property
    def is_started(self) -> bool:
        """Until then its columns wait to be matched; from then on its run tells how it goes."""
        return self.run_id is not None


class RefusedRow(models.Model):
    """A row that was not imported, and why, as a msgid with placeholders."""

    lead_import = models.ForeignKey(
        LeadImport, verbose_name=_("import"), on_delete=models.CASCADE, related_name="refused_rows"
    )
    row_number = models.PositiveIntegerField(_("row"))
    reason = models.CharField(
        _("reason"),
        max_length=300,
    )
    reason_args = models.JSONField(_("values in the reason"), default=dict)
    values = models.JSONField(_("values"), default=list)

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        constraints = [
            models.UniqueConstraint(
                fields=["lead_import", "row_number"], name="crm_refused_row_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lead_import_id}: {self.row_number}"

    @property
    def reason_text(self) -> str:
        return say(self.reason, self.reason_args)
