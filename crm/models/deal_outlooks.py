"""What the jobs say of open deals, in a table of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import JobRun, ModelVersion
from crm.choices import StaleReason
from crm.models.deals import Deal


class DealOutlook(models.Model):
    """How likely a deal is to be won, when it will end, and whether it has been open for too long.

    Without a usable signal (`has_signal`) the chance is the share won of all deals that were ever in
    the stage. `closes_on` and its range are empty where nobody knows deals that were open for so long.
    """

    deal = models.OneToOneField(
        Deal,
        verbose_name=_("deal"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="outlook",
    )
    version = models.ForeignKey(
        ModelVersion,
        verbose_name=_("model version"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    as_of = models.DateTimeField(_("as of"))
    has_signal = models.BooleanField(_("by a model"))
    probability = models.FloatField(_("win probability"))
    low = models.FloatField(_("win probability at least"))
    high = models.FloatField(_("win probability at most"))
    base_rate = models.FloatField(_("share won from this stage"))
    # [{"field": "crm.deal.stage", "value": "3", "points": 12.0}, …], points of 100, largest first
    reasons = models.JSONField(_("reasons"), default=list)
    rest_points = models.FloatField(_("points of the other reasons"), default=0)
    # What the same version says of the deal as it was a week before; of deals that were there.
    earlier_probability = models.FloatField(_("earlier win probability"), null=True)
    earlier_at = models.DateTimeField(_("earlier win probability as of"), null=True)
    closes_on = models.DateField(_("likely close"), null=True)
    closes_from = models.DateField(_("likely close, earliest"), null=True)
    closes_to = models.DateField(_("likely close, latest"), null=True)
    stale = models.CharField(
        _("stale"), max_length=9, choices=StaleReason, blank=True, db_default=""
    )
    # The age in days that 99 % of closed deals stayed below.
    oldest_days = models.PositiveIntegerField(_("usual longest time in days"), null=True)

    class Meta:
        verbose_name = _("deal outlook")
        verbose_name_plural = _("deal outlooks")
        indexes = [
            models.Index(fields=["-probability", "-deal"], name="crm_outlook_chance"),
            models.Index(fields=["closes_on", "deal"], name="crm_outlook_closes"),
            models.Index(fields=["stale", "deal"], name="crm_outlook_stale"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(low__gte=0, high__lte=1, low__lte=models.F("high")),
                name="crm_outlook_interval",
            ),
            models.CheckConstraint(
                condition=models.Q(probability__gte=0, probability__lte=1),
                name="crm_outlook_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.probability:.0%}"
