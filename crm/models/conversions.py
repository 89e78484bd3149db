"""Leads that became deals."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.companies import Company
from crm.models.contacts import Contact
from crm.models.deals import Deal
from crm.models.leads import Lead


class LeadConversionQuerySet(models.QuerySet["LeadConversion"]):
    def standing(self) -> "LeadConversionQuerySet":
        """Those that nobody took back."""
        return self.filter(undone_at__isnull=True)


class LeadConversion(models.Model):
    """That a lead became a deal, and what was made for it; what undoing needs."""

    lead = models.ForeignKey(
        Lead, verbose_name=_("lead"), on_delete=models.CASCADE, related_name="conversions"
    )
    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.CASCADE, related_name="conversions"
    )
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    made_company = models.BooleanField(_("company made"), default=False)
    made_contact = models.BooleanField(_("contact made"), default=False)
    change_set = models.OneToOneField(
        "core.ChangeSet",
        verbose_name=_("bulk change"),
        on_delete=models.CASCADE,
        related_name="conversion",
    )
    at = models.DateTimeField(_("when"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects: ClassVar[Any] = LeadConversionQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead conversion")
        verbose_name_plural = _("lead conversions")
        constraints = [
            models.UniqueConstraint(
                fields=["lead"],
                condition=models.Q(undone_at__isnull=True),
                name="crm_conversion_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} → {self.deal_id}"
