"""Leads and deals of which something waits to be computed anew."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import Deal, Lead


class StaleScore(models.Model):
    """A lead that has changed, or of which more is known, since it was scored."""

    lead = models.OneToOneField(
        Lead, verbose_name=_("lead"), primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("stale score")
        verbose_name_plural = _("stale scores")
        indexes = [models.Index(fields=["since"], name="analytics_stale_since")]

    def __str__(self) -> str:
        return str(self.pk)


class StaleOutlook(models.Model):
    """A deal that has changed since its outlook was computed."""

    deal = models.OneToOneField(
        Deal, verbose_name=_("deal"), primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("stale outlook")
        verbose_name_plural = _("stale outlooks")
        indexes = [models.Index(fields=["since"], name="analytics_outlook_since")]

    def __str__(self) -> str:
        return str(self.pk)
