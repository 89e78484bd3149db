"""Exports of everything that can still be downloaded."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.jobs import JobRun

FOLDER = "archives"


def new_path() -> str:
    """A name that nobody guesses."""
    return f"{FOLDER}/{uuid.uuid4().hex}.zip"


class Archive(models.Model):
    """One archive with everything, for a few days."""

    file = models.FileField(_("file"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"), help_text=_("In bytes."))
    rows = models.PositiveBigIntegerField(_("rows"))
    run = models.OneToOneField(
        JobRun,
        verbose_name=_("job run"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="archive",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("can be downloaded until"))

    class Meta:
        verbose_name = _("export of everything")
        verbose_name_plural = _("exports of everything")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What the file is called when it is downloaded."""
        return f"renmai-{self.made_at:%Y-%m-%d-%H%M}.zip"
