"""How good the records are, as a nightly run counts it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.jobs import JobRun
from core.models.users import Team


class QualityCount(models.Model):
    """What one run counted among the records of one owner and team; one row is of all of them.

    A person's figures are the sum of the rows that the person reaches.
    """

    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), on_delete=models.CASCADE, related_name="+"
    )
    object_type = models.CharField(_("type"), max_length=60)
    is_whole = models.BooleanField(_("all records"), default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    total = models.PositiveIntegerField(_("records"))
    counts = models.JSONField(
        _("counts"),
        default=dict,
        help_text=_("Records with something wrong, by check, and without a value, by field."),
    )

    class Meta:
        verbose_name = _("count of data quality")
        verbose_name_plural = _("counts of data quality")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "object_type", "is_whole"], name="core_quality_run"),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.run_id}"
