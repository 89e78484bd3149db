"""What people have said about fields of leads: when they are known, and which part the leads."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import KnownWhen


class LeadFieldDecision(models.Model):
    """Somebody who knows says whether a field was known before the outcome; the leak guard obeys."""

    field = models.CharField(
        _("field"), max_length=200, unique=True, help_text=_("Full name, such as crm.lead.source.")
    )
    known_when = models.CharField(_("known"), max_length=10, choices=KnownWhen)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), auto_now=True)

    class Meta:
        verbose_name = _("decision about a field")
        verbose_name_plural = _("decisions about fields")

    def __str__(self) -> str:
        return self.field


class ComparedGroup(models.Model):
    """A field whose groups of leads the score is compared for, at each training."""

    field = models.CharField(
        _("field"), max_length=200, unique=True, help_text=_("Full name, such as crm.lead.country.")
    )
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("named by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    named_at = models.DateTimeField(_("named"), auto_now_add=True)

    class Meta:
        verbose_name = _("compared group")
        verbose_name_plural = _("compared groups")

    def __str__(self) -> str:
        return self.field
