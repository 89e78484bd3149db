"""Files that tell of a campaign which was sent elsewhere."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.models.tried_files import TriedFile
from core.choices import RunState
from marketing.choices import Goal
from marketing.models import Campaign, Purpose


class CampaignFile(TriedFile):
    """One file with a row a person, what its columns are, and the campaign that came of it.

    The campaign lies in the bin until all people are in. `result` is what came of the rows, and for whom the
    campaign changed most.
    """

    job_kind = "analytics.past_campaign"
    permission = "marketing.campaign.create"
    noun = "past_campaign"
    pages = "past_campaign"

    name = models.CharField(pgettext_lazy("campaign", "name"), max_length=120, blank=True)
    started_on = models.DateField(pgettext_lazy("campaign", "sent on"), null=True, blank=True)
    purpose = models.ForeignKey(
        Purpose,
        verbose_name=_("purpose"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    goal = models.CharField(_("goal"), max_length=12, choices=Goal, default=Goal.PURCHASE)
    goal_days = models.PositiveSmallIntegerField(
        _("days that count"), default=14, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    held_out = models.FloatField(_("share meant to be held out"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True, blank=True)
    person_column = models.CharField(_("column with the address"), max_length=200, blank=True)
    arm_column = models.CharField(_("column with the message"), max_length=200, blank=True)
    control = models.CharField(_("value of those held out"), max_length=200, blank=True)
    visited_column = models.CharField(_("column of visits"), max_length=200, blank=True)
    replied_column = models.CharField(_("column of answers"), max_length=200, blank=True)
    converted_column = models.CharField(_("column with the outcome"), max_length=200, blank=True)
    revenue_column = models.CharField(_("column of amounts"), max_length=200, blank=True)
    before_column = models.CharField(_("column of amounts from before"), max_length=200, blank=True)
    facts = models.JSONField(_("columns kept as facts"), default=list, blank=True)
    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("file of a past campaign")
        verbose_name_plural = _("files of past campaigns")
        indexes = [models.Index(fields=["created_by", "-id"], name="analytics_past_by")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def shows_run(self) -> bool:
        """What was taken back asks for the columns again."""
        run = self.run
        return run is not None and (run.state != RunState.SUCCEEDED or bool(self.result))
