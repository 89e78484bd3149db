"""Files that the lead score is tried on, without importing them."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import JobRun

FOLDER = "trials"
KEPT = timedelta(days=7)


def new_path(_trial: "FileTrial", _name: str) -> str:
    """A name of ours, which nobody guesses."""
    return f"{FOLDER}/{uuid.uuid4().hex}.csv"


class FileTrial(models.Model):
    """One file, what was asked of it, and what came of it.

    `columns` tells of each column its name, how many rows fill it and, where they are few, its values
    with their counts. `converted` and `not_converted` are values of the target; the others are
    left out. The file and the predictions go after some days, the figures stay.
    """

    file = models.FileField(_("rows of the file"), upload_to=new_path, max_length=200, blank=True)
    predictions = models.FileField(
        _("chances out of fold"), upload_to=new_path, max_length=200, blank=True
    )
    file_name = models.CharField(_("file"), max_length=200)
    delimiter = models.CharField(_("delimiter"), max_length=1, default=",")
    columns = models.JSONField(_("columns"), default=list)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    target = models.CharField(_("column with the outcome"), max_length=200, blank=True)
    converted = models.JSONField(_("values that count as converted"), default=list, blank=True)
    not_converted = models.JSONField(
        _("values that count as not converted"), default=list, blank=True
    )
    left_out = models.JSONField(_("columns left out"), default=list, blank=True)
    time_column = models.CharField(_("column with the time"), max_length=200, blank=True)
    groups = models.JSONField(_("columns whose groups are compared"), default=list, blank=True)
    run = models.ForeignKey(
        JobRun,
        verbose_name=_("job run"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    result = models.JSONField(_("result"), default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("tried by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("trial of the lead score on a file")
        verbose_name_plural = _("trials of the lead score on files")
        indexes = [
            models.Index(fields=["created_by", "-id"], name="analytics_trial_by"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("trial_detail" if self.run_id else "trial_columns", args=[self.pk])

    @property
    def names(self) -> list[str]:
        """The columns' names, in the order of the file."""
        return [column["name"] for column in self.columns]
