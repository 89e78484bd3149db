"""What the product tells a user."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.sentences import say


class Notification(models.Model):
    """One sentence for one user, rendered in that user's language when read."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="notifications",
    )
    kind = models.CharField(_("kind"), max_length=40)
    message = models.CharField(
        _("message"),
        max_length=300,
    )
    message_args = models.JSONField(_("values in the message"), default=dict)
    url = models.CharField(_("link"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["user", "-id"], name="core_notification_user"),
            models.Index(
                fields=["user"], condition=Q(read_at__isnull=True), name="core_notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return self.message

    @property
    def text(self) -> str:
        return say(self.message, self.message_args)
