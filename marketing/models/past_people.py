"""People of campaigns that were sent elsewhere, as their file told of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketing.choices import Arm
from marketing.models.campaigns import Campaign, CampaignVariant, Recipient


class PastPerson(models.Model):
    """A row of a past campaign's file: its part, what the person did, what else was known of them.

    Whoever is a contact is a recipient as well, and counted there; all others are counted here.
    """

    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        on_delete=models.CASCADE,
        related_name="past_people",
        db_index=False,  # the index below begins with it
    )
    recipient = models.OneToOneField(
        Recipient,
        verbose_name=_("recipient"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    arm = models.CharField(_("part of the audience"), max_length=8, choices=Arm)
    variant = models.ForeignKey(
        CampaignVariant,
        verbose_name=_("variant"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    has_visited = models.BooleanField(_("visited the website"), default=False)
    has_replied = models.BooleanField(pgettext_lazy("past campaign", "answered"), default=False)
    has_converted = models.BooleanField(_("reached the goal"), default=False)
    revenue = models.DecimalField(
        _("revenue"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    revenue_before = models.DecimalField(
        _("revenue of the year before"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    facts = models.JSONField(pgettext_lazy("past campaign", "facts"), default=dict, blank=True)

    class Meta:
        verbose_name = _("person of a past campaign")
        verbose_name_plural = _("people of past campaigns")
        indexes = [
            models.Index(fields=["campaign", "id"], name="marketing_past_of"),
            models.Index(
                fields=["campaign", "arm", "variant"],
                condition=Q(recipient=None),
                name="marketing_past_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.pk}"
