"""What somebody opened last."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.users import User


class RecentRecord(models.Model):
    """A record that a user opened, and when last; records of every type, so by name and number."""

    user = models.ForeignKey(
        User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="recent_records"
    )
    object_type = models.CharField(_("record type"), max_length=60)
    object_id = models.BigIntegerField(_("record number"))
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("recently viewed record")
        verbose_name_plural = _("recently viewed records")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "object_type", "object_id"], name="core_recent_once"
            )
        ]
        indexes = [models.Index(fields=["user", "-seen_at"], name="core_recent_newest")]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"
