"""What campaigns changed, as last measured."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import JobRun
from marketing.models import Campaign


class CampaignEffect(models.Model):
    """All figures of a campaign's report; those that other pages compare stand in columns of their own."""

    campaign = models.OneToOneField(
        Campaign,
        verbose_name=_("campaign"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="effect",
    )
    figures = models.JSONField(_("figures"), default=dict)
    # Clicks and messages by weekday and hour, for the page of every campaign.
    send_times = models.JSONField(_("by time of sending"), default=list)
    # What purchases after touches of it are worth by each rule of attribution, in the base currency.
    credit = models.JSONField(_("attributed revenue"), default=dict)
    verdict = models.CharField(_("verdict"), max_length=12, blank=True)
    lift = models.FloatField(_("lift"), null=True, blank=True)
    sent = models.PositiveIntegerField(_("sent"), default=0)
    revenue = models.DecimalField(
        _("revenue that it brought"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    as_of = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("effect of a campaign")
        verbose_name_plural = _("effects of campaigns")

    def __str__(self) -> str:
        return f"{self.campaign_id}"
