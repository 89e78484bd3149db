"""What the people of companies have bought and will probably still buy, in a table of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import JobRun
from crm.models.companies import Company
from crm.models.customer_segments import CustomerSegment


class CompanyLifetime(models.Model):
    """The sums over the contacts of a company as of a moment, kept so that lists sort and filter by them.

    There is one where somebody has bought or is in a segment. `segment` is the one whose people have bought
    most, where nobody has bought that of most people. Money is in the base currency.
    """

    company = models.OneToOneField(
        Company,
        verbose_name=_("company"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="lifetime",
    )
    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    as_of = models.DateTimeField(_("as of"))
    buyers = models.PositiveIntegerField(_("contacts who bought"), default=0)
    last_on = models.DateField(_("last purchase"), null=True)
    total = models.DecimalField(_("bought so far"), max_digits=18, decimal_places=2, null=True)
    value = models.DecimalField(_("value ahead"), max_digits=18, decimal_places=2, null=True)
    at_risk = models.DecimalField(_("value at risk"), max_digits=18, decimal_places=2, null=True)
    segment = models.ForeignKey(
        CustomerSegment,
        verbose_name=_("segment"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,  # the first column of an index below
    )

    class Meta:
        verbose_name = _("lifetime value of a company")
        verbose_name_plural = _("lifetime values of companies")
        indexes = [
            models.Index(fields=["-value", "-company"], name="crm_company_lifetime_value"),
            models.Index(fields=["-at_risk", "-company"], name="crm_company_lifetime_risk"),
            models.Index(fields=["-total", "-company"], name="crm_company_lifetime_total"),
            models.Index(fields=["-buyers", "-company"], name="crm_company_lifetime_buyers"),
            models.Index(fields=["last_on", "company"], name="crm_company_lifetime_last"),
            models.Index(fields=["segment", "company"], name="crm_company_lifetime_segment"),
        ]

    def __str__(self) -> str:
        return f"{self.company_id}: {self.buyers}"
