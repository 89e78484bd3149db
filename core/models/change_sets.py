"""Changes of many records at once, which can be undone together."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ChangeSet(models.Model):
    """One bulk action; its audit events name it and hold what was there before."""

    object_type = models.CharField(
        _("record type"), max_length=60, help_text=_("Such as crm.lead.")
    )
    action = models.CharField(_("what"), max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("when"))
    count = models.PositiveIntegerField(_("records"), default=0)
    run = models.ForeignKey(
        "core.JobRun",
        verbose_name=_("job run"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        indexes = [models.Index(fields=["actor", "-id"], name="core_change_set_actor")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.count}"
