"""Who did what to which record, and when."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """One act on one record (or on none: a log-in, an export). Written once, never changed."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    action = models.CharField(_("what"), max_length=40)
    object_type = models.CharField(
        _("to what"), max_length=60, blank=True, help_text=_("Such as crm.lead.")
    )
    object_id = models.PositiveBigIntegerField(_("record number"), null=True, blank=True)
    changes = models.JSONField(
        _("changes"), default=dict, help_text=_("What each field was before, and what after.")
    )
    run = models.ForeignKey(
        "core.JobRun",
        verbose_name=_("job run"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    change_set = models.ForeignKey(
        "core.ChangeSet",
        verbose_name=_("bulk change"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="events",
    )

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="core_audit_object"),
            models.Index(fields=["actor", "-id"], name="core_audit_actor"),
            models.Index(fields=["action", "-id"], name="core_audit_action"),
            # The days of a search become a range of numbers by this one.
            models.Index(fields=["at"], name="core_audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id or ''}".strip()
