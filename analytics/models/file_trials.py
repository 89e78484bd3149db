"""Files that the lead score is tried on, without importing them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.models.tried_files import TriedFile, new_path

__all__ = ["FileTrial", "new_path"]  # the first migration knows the path from here


class FileTrial(TriedFile):
    """One file, what was asked of it, and what came of it.

    `converted` and `not_converted` are values of the target; the others are left out.
    """

    job_kind = "analytics.file_trial"
    permission = "analytics.lead_score.run"
    noun = "file_trial"
    pages = "trial"

    predictions = models.FileField(
        _("chances out of fold"), upload_to=new_path, max_length=200, blank=True
    )
    target = models.CharField(_("column with the outcome"), max_length=200, blank=True)
    converted = models.JSONField(_("values that count as converted"), default=list, blank=True)
    not_converted = models.JSONField(
        _("values that count as not converted"), default=list, blank=True
    )
    left_out = models.JSONField(_("columns left out"), default=list, blank=True)
    time_column = models.CharField(_("column with the time"), max_length=200, blank=True)
    groups = models.JSONField(_("columns whose groups are compared"), default=list, blank=True)

    class Meta:
        verbose_name = _("trial of the lead score on a file")
        verbose_name_plural = _("trials of the lead score on files")
        indexes = [
            models.Index(fields=["created_by", "-id"], name="analytics_trial_by"),
        ]

    def __str__(self) -> str:
        return self.file_name
