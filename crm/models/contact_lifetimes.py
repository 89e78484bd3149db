"""What contacts have bought and will probably still buy, in a table of its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import JobRun, ModelVersion
from crm.choices import RiskSource
from crm.models.contacts import Contact


class ContactLifetime(models.Model):
    """Purchases of one contact as of a moment, and what a version of the model expects of the next twelve months.

    Everybody who has bought has one. What is ahead is empty where there is too little to learn from, its
    ends where a simple rule serves; `alive` only stands where somebody came back: of who bought once,
    purchases tell nothing. `risk` is the chance that they have left, by their purchases or by a model of
    what else is known; `at_risk` is what is ahead times that. Money is in the base currency.
    """

    contact = models.OneToOneField(
        Contact,
        verbose_name=_("contact"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="lifetime",
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
    first_on = models.DateField(_("first purchase"))
    last_on = models.DateField(_("last purchase"))
    purchases = models.PositiveIntegerField(_("purchases"))
    total = models.DecimalField(_("bought so far"), max_digits=18, decimal_places=2, null=True)
    alive = models.FloatField(_("chance to be still there"), null=True)
    expected = models.FloatField(_("purchases ahead"), null=True)
    expected_low = models.FloatField(_("purchases ahead at least"), null=True)
    expected_high = models.FloatField(_("purchases ahead at most"), null=True)
    value = models.DecimalField(_("value ahead"), max_digits=18, decimal_places=2, null=True)
    value_low = models.DecimalField(
        _("value ahead at least"), max_digits=18, decimal_places=2, null=True
    )
    value_high = models.DecimalField(
        _("value ahead at most"), max_digits=18, decimal_places=2, null=True
    )
    risk = models.FloatField(_("chance to have left"), null=True)
    risk_by = models.CharField(
        pgettext_lazy("churn", "told by"), max_length=9, choices=RiskSource, blank=True
    )
    at_risk = models.DecimalField(_("value at risk"), max_digits=18, decimal_places=2, null=True)
    # Of a model: [{"field": "timeline.since_interaction", "value": 94, "points": 12.0}, …], of 100, largest first
    reasons = models.JSONField(_("reasons"), default=list)

    class Meta:
        verbose_name = _("lifetime value of a contact")
        verbose_name_plural = _("lifetime values of contacts")
        indexes = [
            models.Index(fields=["-value", "-contact"], name="crm_lifetime_value"),
            models.Index(fields=["-at_risk", "-contact"], name="crm_lifetime_at_risk"),
            models.Index(fields=["-total", "-contact"], name="crm_lifetime_total"),
            models.Index(fields=["-alive", "-contact"], name="crm_lifetime_alive"),
            models.Index(fields=["-risk", "-contact"], name="crm_lifetime_risk"),
            models.Index(fields=["first_on", "contact"], name="crm_lifetime_first"),
            models.Index(fields=["last_on", "contact"], name="crm_lifetime_last"),
            models.Index(fields=["-purchases", "-contact"], name="crm_lifetime_purchases"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purchases__gte=1, last_on__gte=models.F("first_on")),
                name="crm_lifetime_purchases_made",
            ),
            models.CheckConstraint(
                condition=models.Q(alive__isnull=True) | models.Q(alive__gte=0, alive__lte=1),
                name="crm_lifetime_alive_share",
            ),
            models.CheckConstraint(
                condition=models.Q(risk__isnull=True) | models.Q(risk__gte=0, risk__lte=1),
                name="crm_lifetime_risk_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.purchases}"

    @property
    def usual_days(self) -> float | None:
        """Days that usually lie between two purchases; nobody knows of who bought once."""
        if self.purchases < 2:
            return None
        return (self.last_on - self.first_on).days / (self.purchases - 1)
