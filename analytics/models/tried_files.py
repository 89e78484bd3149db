"""Files that a method is tried on, without importing them: what all kinds of trials have in common."""

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import JobRun

FOLDER = "trials"
KEPT = timedelta(days=7)


def new_path(_trial: "TriedFile", _name: str) -> str:
    """A name of ours, which nobody guesses."""
    return f"{FOLDER}/{uuid.uuid4().hex}.csv"


class TriedFile(models.Model):
    """One file, the run that tries a method on it, and what came of it.

    `columns` tells of each column its name, how many rows fill it and, where they are few, its values
    with their counts. The file and what can be fetched of it go after some days, the figures stay.
    """

    objects: ClassVar[Any] = models.Manager()

    job_kind: ClassVar[str]
    permission: ClassVar[str]
    noun: ClassVar[str]  # of its acts in the trail
    pages: ClassVar[str]  # its addresses begin so

    file = models.FileField(_("rows of the file"), upload_to=new_path, max_length=200, blank=True)
    predictions = models.FileField(_("predictions"), upload_to=new_path, max_length=200, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    delimiter = models.CharField(_("delimiter"), max_length=1, default=",")
    columns = models.JSONField(_("columns"), default=list)
    rows = models.PositiveIntegerField(_("rows"), default=0)
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
        abstract = True

    def get_absolute_url(self) -> str:
        page = "detail" if self.run_id else "columns"
        return reverse(f"{self.pages}_{page}", args=[self.pk])

    @property
    def names(self) -> list[str]:
        """The columns' names, in the order of the file."""
        return [column["name"] for column in self.columns]

    @property
    def shows_run(self) -> bool:
        """Whether lists tell the state of its run, and not that its columns are to be chosen."""
        return self.run is not None

    @property
    def can_be_asked(self) -> bool:
        """Until it has a result, unless it is just being tried."""
        is_at_work = self.run is not None and self.run.is_active
        return bool(self.file) and not self.result and not is_at_work
