"""What the company and each person say about how often and how messages are sent."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Contact
from marketing.choices import BouncePolicy, Channel, DeliveryProblemKind
from marketing.models.consents import Purpose

CAP = (MinValueValidator(1), MaxValueValidator(1_000))


class MarketingOptions(models.Model):
    """How often people are written to, what follows from bounces, and who writes: one row."""

    week_cap = models.PositiveSmallIntegerField(
        _("messages in 7 days"), null=True, blank=True, validators=CAP
    )
    month_cap = models.PositiveSmallIntegerField(
        _("messages in 30 days"), null=True, blank=True, validators=CAP
    )
    hard_after = models.PositiveSmallIntegerField(
        _("hard bounces"), default=1, validators=[MinValueValidator(1)]
    )
    hard_policy = models.CharField(
        _("after hard bounces"),
        max_length=8,
        choices=BouncePolicy,
        default=BouncePolicy.SUPPRESS,
    )
    soft_after = models.PositiveSmallIntegerField(
        _("soft bounces"), default=2, validators=[MinValueValidator(1)]
    )
    soft_policy = models.CharField(
        _("after soft bounces"),
        max_length=8,
        choices=BouncePolicy,
        default=BouncePolicy.NOTHING,
    )
    complaint_after = models.PositiveSmallIntegerField(
        _("complaints"), default=1, validators=[MinValueValidator(1)]
    )
    complaint_policy = models.CharField(
        _("after complaints"),
        max_length=8,
        choices=BouncePolicy,
        default=BouncePolicy.WITHDRAW,
    )
    sender_name = models.CharField(_("sender's name"), max_length=100, blank=True)
    sender_address = models.EmailField(_("sender's address"), blank=True)
    reply_to = models.EmailField(_("answers to"), blank=True)

    class Meta:
        verbose_name = _("options of marketing")
        verbose_name_plural = _("options of marketing")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="marketing_options_once")
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class ContactPreference(models.Model):
    """What a person wants of all messages; an empty cap is the company's."""

    contact = models.OneToOneField(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="message_preference",
    )
    week_cap = models.PositiveSmallIntegerField(
        _("messages in 7 days"), null=True, blank=True, validators=CAP
    )
    month_cap = models.PositiveSmallIntegerField(
        _("messages in 30 days"), null=True, blank=True, validators=CAP
    )
    paused_until = models.DateTimeField(_("no messages until"), null=True, blank=True)
    is_untracked = models.BooleanField(_("opens and clicks are not counted"), default=False)
    # Where a colleague noted the limits: on whose word, and who.
    detail = models.CharField(_("details"), max_length=300, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("noted by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("wishes of a contact")
        verbose_name_plural = _("wishes of contacts")

    def __str__(self) -> str:
        return str(self.contact_id)


class DeliveryProblem(models.Model):
    """A bounce or a complaint, told once however often the mail server says it."""

    address_key = models.CharField(_("address for comparing"), max_length=254)
    kind = models.CharField(
        pgettext_lazy("delivery problem", "kind"), max_length=9, choices=DeliveryProblemKind
    )
    key = models.CharField(_("key"), max_length=150, unique=True)
    detail = models.CharField(_("details"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("delivery problem")
        verbose_name_plural = _("delivery problems")
        indexes = [models.Index(fields=["address_key", "kind"], name="marketing_problem_address")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.kind}"


class ConfirmationRequest(models.Model):
    """A consent that waits for the link in an e-mail; sent by a task, confirmed by a button."""

    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="confirmation_requests",
    )
    address = models.EmailField(_("address"))
    address_key = models.CharField(_("address for comparing"), max_length=254)
    purposes = models.ManyToManyField(Purpose, verbose_name=_("purposes"), related_name="+")
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.EMAIL)
    language = models.CharField(_("language"), max_length=10, blank=True)
    detail = models.CharField(_("details"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("asked"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    tried_at = models.DateTimeField(_("tried"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    objects: ClassVar["models.Manager[ConfirmationRequest]"] = models.Manager()

    class Meta:
        verbose_name = _("question for confirmation")
        verbose_name_plural = _("questions for confirmation")
        indexes = [
            models.Index(fields=["address_key", "-created_at"], name="marketing_confirm_address"),
            models.Index(
                fields=["created_at"],
                name="marketing_confirm_waiting",
                condition=models.Q(sent_at=None, confirmed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.contact_id}"
