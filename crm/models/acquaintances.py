"""Who of us knows whom."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.choices import TieSource
from crm.models.contacts import Contact
from crm.models.imports import FileImport


class Acquaintance(models.Model):
    """A tie: a colleague knows a contact, as one source tells it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("colleague"),
        on_delete=models.CASCADE,
        related_name="acquaintances",
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="known_by"
    )
    source = models.CharField(
        pgettext_lazy("acquaintance", "known from"), max_length=10, choices=TieSource
    )
    since = models.DateField(pgettext_lazy("acquaintance", "since"), null=True, blank=True)
    imported_by = models.ForeignKey(
        FileImport,
        verbose_name=_("import"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("acquaintance")
        verbose_name_plural = _("acquaintances")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "user", "source"], name="crm_acquaintance_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.contact_id}"
