"""Campaigns: a message to an audience, its variants, and what became of each recipient."""

from datetime import time
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from core.models import OwnedQuerySet, OwnedRecord, bin_index
from core.permissions import Access
from core.text import comparable
from crm.models import Contact
from marketing.choices import (
    Arm,
    BounceKind,
    CampaignState,
    Channel,
    Decision,
    FollowUp,
    Goal,
    RecipientState,
)
from marketing.models.consents import Purpose
from marketing.models.messages import Message
from marketing.models.segments import Segment

SHARE = (MinValueValidator(0), MaxValueValidator(1))
# What still can be written; all others are as they were sent.
CHANGEABLE = (CampaignState.DRAFT, CampaignState.APPROVAL, CampaignState.SCHEDULED)


def _weekdays() -> list[int]:
    return [0, 1, 2, 3, 4]


def _salt() -> str:
    return uuid4().hex


class CampaignQuerySet(OwnedQuerySet["Campaign"]):
    def for_list(self) -> "CampaignQuerySet":
        return self.select_related("owner", "team", "purpose")

    def under_way(self) -> "CampaignQuerySet":
        """Those that send now, or will by themselves."""
        return self.kept().filter(state__in=(CampaignState.SCHEDULED, CampaignState.SENDING))


class Campaign(OwnedRecord):
    """One message, or variants of it, to an audience, at a time, for a goal.

    The audience: contacts of `segments` (all contacts where there is none) that meet `condition` and are in none
    of `excluded`. Who is held out, who is in the test and who gets which variant follow from `salt` and the
    contact's number alone.
    """

    name = models.CharField(pgettext_lazy("campaign", "name"), max_length=120)
    name_key = models.CharField(_("name for comparing"), max_length=200, editable=False)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.EMAIL)
    state = models.CharField(
        pgettext_lazy("campaign", "state"),
        max_length=10,
        choices=CampaignState,
        default=CampaignState.DRAFT,
        editable=False,
    )
    # Audience
    purpose = models.ForeignKey(
        Purpose, verbose_name=_("purpose"), null=True, blank=True, on_delete=models.PROTECT
    )
    segments = models.ManyToManyField(
        Segment, verbose_name=_("segments"), blank=True, related_name="+"
    )
    excluded = models.ManyToManyField(
        Segment, verbose_name=_("but not of"), blank=True, related_name="+"
    )
    condition = models.JSONField(_("condition"), default=dict, blank=True)
    holdout_share = models.DecimalField(
        _("held out"), max_digits=4, decimal_places=3, default=0, validators=SHARE
    )
    # Only recipients of another campaign who did this or that; which they are is asked when it is gathered.
    follows = models.ForeignKey(
        "self",
        verbose_name=_("follows up"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    follow_up = models.CharField(
        _("with those who"), max_length=8, choices=FollowUp, blank=True, editable=False
    )
    salt = models.CharField(_("salt of the draw"), max_length=32, default=_salt, editable=False)
    # Sender
    sender_name = models.CharField(_("sender's name"), max_length=100, blank=True)
    sender_address = models.EmailField(_("sender's address"), blank=True)
    reply_to = models.EmailField(_("answers to"), blank=True)
    # Test
    test_share = models.DecimalField(
        _("share in the test"), max_digits=4, decimal_places=3, default=1, validators=SHARE
    )
    decision = models.CharField(
        _("decision"), max_length=8, choices=Decision, default=Decision.NONE
    )
    test_metric = models.CharField(_("judged by"), max_length=12, choices=Goal, default=Goal.CLICK)
    test_hours = models.PositiveSmallIntegerField(_("hours until the decision"), default=24)
    winner = models.ForeignKey(
        "CampaignVariant",
        verbose_name=_("winner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    # Schedule
    scheduled_at = models.DateTimeField(_("begins"), null=True, blank=True)
    is_local = models.BooleanField(_("in the recipient's own time"), default=False)
    window_from = models.TimeField(_("not before"), default=time(0))
    window_to = models.TimeField(_("not after"), default=time(23, 59))
    weekdays = models.JSONField(_("on weekdays"), default=_weekdays, help_text=_("0 is Monday."))
    per_minute = models.PositiveIntegerField(
        _("messages a minute"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    # Measurement
    counts_opens = models.BooleanField(_("opens are counted"), default=True)
    counts_clicks = models.BooleanField(_("clicks are counted"), default=True)
    utm_campaign = models.CharField(_("name for web analytics"), max_length=100, blank=True)
    goal = models.CharField(_("goal"), max_length=12, choices=Goal, default=Goal.CLICK)
    goal_days = models.PositiveSmallIntegerField(
        _("days that count"), default=14, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    # Of a past campaign that a file told with its outcomes: nothing is looked up in the CRM.
    has_told_outcomes = models.BooleanField(
        _("outcomes came with its file"), default=False, editable=False
    )
    cost = models.DecimalField(_("cost"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    # Course of events
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("began"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    paused_for = models.CharField(_("why it is paused"), max_length=300, blank=True, editable=False)
    # Whoever was in the audience up to this contact is a recipient already; None when all are.
    gathered_to = models.BigIntegerField(_("gathered up to"), default=0, null=True, editable=False)

    objects: ClassVar[Any] = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        indexes = [
            bin_index("marketing_campaign_bin"),
            models.Index(fields=["name_key", "id"], name="marketing_campaign_name"),
            models.Index(fields=["created_at", "id"], name="marketing_campaign_created"),
            models.Index(fields=["state", "scheduled_at"], name="marketing_campaign_state"),
            models.Index(fields=["started_at", "id"], name="marketing_campaign_begun"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaign_detail", args=[self.pk])

    def name_for(self, access: Access) -> str:
        """The name; without the right to see it, the number."""
        if access.sees("marketing.campaign.name"):
            return self.name
        return gettext("Campaign %(number)s") % {"number": self.pk}

    def normalise(self) -> None:
        """Fill the compared columns; bulk writes call it themselves."""
        self.name_key = comparable(self.name)

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)

    @property
    def is_changeable(self) -> bool:
        return self.state in CHANGEABLE

    @property
    def is_draft(self) -> bool:
        return self.state == CampaignState.DRAFT


class CampaignVariant(models.Model):
    """One of the messages of a campaign; a campaign without a test has one."""

    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), on_delete=models.CASCADE, related_name="variants"
    )
    letter = models.CharField(_("letter"), max_length=1, default="A")
    message = models.OneToOneField(
        Message, verbose_name=_("message"), on_delete=models.PROTECT, related_name="variant"
    )
    # The share of the audience that gets it is its weight by that of all variants.
    weight = models.PositiveIntegerField(_("weight"), default=1)
    # So that times of sending can be compared as well.
    delay_minutes = models.PositiveIntegerField(_("minutes later"), default=0)

    class Meta:
        verbose_name = _("variant of a campaign")
        verbose_name_plural = _("variants of campaigns")
        ordering = ["letter"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "letter"], name="marketing_variant_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.letter}"


class Recipient(models.Model):
    """A contact of a campaign's audience: whether and how it was written to, and what it did.

    Only workers that have claimed a row (`claim`, until `lease_until`) hand it to the mail server; see
    docs/decisions for why a message is never handed over twice.
    """

    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        on_delete=models.CASCADE,
        related_name="recipients",
        db_index=False,  # indexes and constraints begin with it
    )
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="+"
    )
    address = models.EmailField(_("address"))
    address_key = models.CharField(_("address for comparing"), max_length=254)
    domain = models.CharField(_("domain"), max_length=253)
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
    language = models.CharField(_("language"), max_length=10, blank=True)
    state = models.CharField(
        pgettext_lazy("recipient", "state"), max_length=8, choices=RecipientState
    )
    # A word of the sender's vocabulary (see marketing.services.sending), or the answer of the server.
    reason = models.CharField(_("why"), max_length=300, blank=True)
    due_at = models.DateTimeField(_("due"))
    # The end of the hours in which it is due; after it, the next day's are waited for.
    due_until = models.DateTimeField(_("due until"), null=True, blank=True)
    claim = models.CharField(_("claimed by"), max_length=32, blank=True)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    # Written before the server is given the message: from then on it may have it.
    begun_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    message_key = models.CharField(_("message number"), max_length=40, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # What came back; machines that open and follow links by themselves are told apart.
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    machine_opened_at = models.DateTimeField(_("opened by a machine"), null=True, blank=True)
    clicked_at = models.DateTimeField(_("clicked"), null=True, blank=True)
    machine_clicked_at = models.DateTimeField(_("clicked by a machine"), null=True, blank=True)
    replied_at = models.DateTimeField(_("answered"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("bounced"), null=True, blank=True)
    bounce = models.CharField(_("kind of bounce"), max_length=4, choices=BounceKind, blank=True)
    complained_at = models.DateTimeField(_("complained"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed"), null=True, blank=True)
    # The goal of the campaign, within its days; also of those who were held out.
    converted_at = models.DateTimeField(_("reached the goal"), null=True, blank=True)
    revenue = models.DecimalField(
        _("revenue"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    # Known before anybody was drawn for a part: what it explains is taken off the noise.
    revenue_before = models.DecimalField(
        _("revenue of the year before"), max_digits=18, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "contact"], name="marketing_recipient_once"
            ),
            # Two contacts with one address get one message.
            models.UniqueConstraint(
                fields=["campaign", "address_key"],
                condition=~Q(state=RecipientState.SKIPPED),
                name="marketing_recipient_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "due_at", "id"],
                condition=Q(state=RecipientState.WAITING),
                name="marketing_recipient_due",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state=RecipientState.TAKEN),
                name="marketing_recipient_taken",
            ),
            models.Index(fields=["campaign", "state", "id"], name="marketing_recipient_state"),
            models.Index(fields=["campaign", "id"], name="marketing_recipient_list"),
            models.Index(fields=["address_key", "-sent_at"], name="marketing_recipient_mailed"),
            # Who was written to often of late, whatever the campaign.
            models.Index(
                fields=["sent_at", "address_key"],
                condition=Q(sent_at__isnull=False),
                name="marketing_recipient_recent",
            ),
            models.Index(
                fields=["contact", "sent_at"],
                condition=Q(sent_at__isnull=False),
                name="marketing_recipient_of",
            ),
            models.Index(
                fields=["message_key"],
                condition=~Q(message_key=""),
                name="marketing_recipient_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.contact_id}"
