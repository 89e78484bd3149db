"""How messages leave: the mail server, how a campaign's sending goes, its pace, and what came back."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketing.choices import (
    MailboxKind,
    MailSecurity,
    MailWay,
    ServerFault,
)
from marketing.models.campaigns import Campaign


class MailSettings(models.Model):
    """The way by which campaigns leave and bounces come back: one row, all of it optional.

    Secrets are encrypted with a key that follows from SECRET_KEY (see marketing.services.sending.secrets).
    """

    way = models.CharField(
        pgettext_lazy("mail", "by"), max_length=10, choices=MailWay, default=MailWay.ENVIRONMENT
    )
    host = models.CharField(_("server"), max_length=253, blank=True)
    port = models.PositiveIntegerField(
        _("port"), default=587, validators=[MinValueValidator(1), MaxValueValidator(65_535)]
    )
    security = models.CharField(
        _("encryption"), max_length=8, choices=MailSecurity, default=MailSecurity.STARTTLS
    )
    username = models.CharField(_("user name"), max_length=200, blank=True)
    password = models.TextField(_("password"), blank=True, editable=False)
    # Of a provider with an interface of its own: its key, and names it wants beside it.
    api_key = models.TextField(_("key"), blank=True, editable=False)
    api_domain = models.CharField(_("domain at the provider"), max_length=200, blank=True)
    webhook_secret = models.TextField(_("secret of the webhook"), blank=True, editable=False)
    # With which the provider signs its reports; empty: the address alone is the secret.
    signing_key = models.TextField(_("key of signatures"), blank=True, editable=False)
    # How fast
    connections = models.PositiveSmallIntegerField(
        _("connections of a worker"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    per_minute = models.PositiveIntegerField(
        _("messages a minute"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    per_domain = models.JSONField(
        _("messages a minute by domain"), default=dict, blank=True, help_text=_("* is any domain.")
    )
    errors_in_row = models.PositiveSmallIntegerField(
        _("refusals in a row"), default=50, validators=[MinValueValidator(1)]
    )
    needs_approval = models.BooleanField(_("campaigns need an approval"), default=False)
    # Where messages return to
    bounce_address = models.EmailField(_("address for returns"), blank=True)
    mailbox = models.CharField(
        _("mailbox"), max_length=4, choices=MailboxKind, default=MailboxKind.NONE, blank=True
    )
    mailbox_host = models.CharField(_("server of the mailbox"), max_length=253, blank=True)
    mailbox_port = models.PositiveIntegerField(_("port of the mailbox"), default=993)
    mailbox_user = models.CharField(_("user of the mailbox"), max_length=200, blank=True)
    mailbox_password = models.TextField(_("password of the mailbox"), blank=True, editable=False)
    # The last message that was looked at and left there, as the server numbers it.
    mailbox_mark = models.CharField(
        _("mailbox read up to"), max_length=200, blank=True, editable=False
    )
    mailbox_read_at = models.DateTimeField(_("mailbox read"), null=True, blank=True, editable=False)
    mailbox_fault = models.CharField(
        _("why the mailbox could not be read"), max_length=300, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("mail settings")
        verbose_name_plural = _("mail settings")

    def __str__(self) -> str:
        return str(self.get_way_display())


class Sending(models.Model):
    """How the sending of a campaign goes: who asked for it, and what the mail server said last."""

    campaign = models.OneToOneField(
        Campaign,
        verbose_name=_("campaign"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="sending",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for approval by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked for approval"), null=True, blank=True)
    # What was approved or set to go, so that a later change of it is noticed.
    fingerprint = models.CharField(
        _("fingerprint of what was approved"), max_length=64, blank=True, editable=False
    )
    # Refusals of messages and troubles with the server, one after the other.
    refusals = models.PositiveIntegerField(_("refusals in a row"), default=0)
    troubles = models.PositiveIntegerField(_("troubles in a row"), default=0)
    fault = models.CharField(_("trouble"), max_length=10, choices=ServerFault, blank=True)
    answer = models.CharField(_("answer of the mail server"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    not_before = models.DateTimeField(_("next attempt"), null=True, blank=True)

    class Meta:
        verbose_name = _("sending of a campaign")
        verbose_name_plural = _("sendings of campaigns")

    def __str__(self) -> str:
        return str(self.campaign_id)


class Pace(models.Model):
    """When the next message of a campaign, of all, or to a domain may leave: workers share it."""

    key = models.CharField(_("of what"), max_length=270, unique=True)
    next_at = models.DateTimeField(_("next message"))

    class Meta:
        verbose_name = _("pace of sending")
        verbose_name_plural = _("paces of sending")

    def __str__(self) -> str:
        return self.key
