"""What the links of letters answered when they were last asked."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketing.choices import LinkFault


class LinkCheck(models.Model):
    """An address that letters lead to: asked for at a moment, and what came of it."""

    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    url = models.TextField(_("web address"))
    asked_at = models.DateTimeField(_("to be asked since"))
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    checked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    fault = models.CharField(_("fault"), max_length=11, choices=LinkFault, blank=True)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    leads_to = models.TextField(_("leads on to"), blank=True)

    class Meta:
        verbose_name = _("check of a link")
        verbose_name_plural = _("checks of links")
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=Q(checked_at=None) | Q(checked_at__lt=F("asked_at")),
                name="marketing_link_waiting",
            ),
            models.Index(fields=["checked_at"], name="marketing_link_checked"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_waiting(self) -> bool:
        return self.checked_at is None or self.checked_at < self.asked_at
