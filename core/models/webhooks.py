"""Webhooks: who is told of what, what waits to be told, what was sent."""

from typing import ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import DeliveryFault, DeliveryState, WebhookState

OPEN_STATES = (DeliveryState.WAITING, DeliveryState.SENDING)
STILL_OPEN = Q(state__in=[str(state) for state in OPEN_STATES])


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks by what they do."""

    def collecting(self) -> Self:
        """Those for which events are kept."""
        return self.exclude(state=WebhookState.OFF)

    def sending(self) -> Self:
        """Those that send; nobody is told under the rights of a user who was switched off."""
        return self.filter(state=WebhookState.ON, owner__is_active=True)


class Webhook(models.Model):
    """An address that is told when something happens to records.

    What it is told, and of which records, its owner's rights decide. Its secret is not stored: it follows from
    `key` and `secret_version` (see `core.webhooks.signing`).
    """

    name = models.CharField(pgettext_lazy("webhook", "name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    kinds = models.JSONField(
        pgettext_lazy("webhook", "events"), default=list, help_text=_("Such as crm.lead.created.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("with the rights of"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    # A condition's JSON form on the records of one type; those of other types are all told.
    condition = models.JSONField(_("condition"), default=dict, blank=True)
    condition_type = models.CharField(
        _("record type of the condition"),
        max_length=60,
        blank=True,
        help_text=_("Such as crm.lead."),
    )
    state = models.CharField(
        pgettext_lazy("webhook", "state"),
        max_length=8,
        choices=WebhookState,
        default=WebhookState.ON,
    )
    key = models.UUIDField(default=uuid4, editable=False)
    secret_version = models.PositiveIntegerField(default=1, editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    # Attempts that failed one after the other, since when, and until when it is left in peace.
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar["models.Manager[Webhook]"] = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.state == WebhookState.ON

    @property
    def is_off(self) -> bool:
        return self.state == WebhookState.OFF


class WebhookEvent(models.Model):
    """A change that some webhook wants to know of, written in the change's own transaction.

    It goes when its deliveries are made; its number is in what is sent.
    """

    at = models.DateTimeField(_("when"))
    object_type = models.CharField(_("record type"), max_length=60)
    object_id = models.PositiveBigIntegerField(_("record number"))
    kinds = models.JSONField(pgettext_lazy("webhook", "events"), default=list)
    changes = models.JSONField(
        _("changes"), null=True, help_text=_("As in the audit log; empty where unknown.")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("event of a webhook")
        verbose_name_plural = _("events of webhooks")

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"


class WebhookDelivery(models.Model):
    """One event for one webhook: what is sent, and how it goes."""

    message = models.UUIDField(_("number of the message"), default=uuid4, editable=False)
    webhook = models.ForeignKey(
        Webhook, verbose_name=_("webhook"), on_delete=models.CASCADE, related_name="deliveries"
    )
    kind = models.CharField(pgettext_lazy("webhook", "event"), max_length=80)
    object_type = models.CharField(_("record type"), max_length=60, blank=True)
    object_id = models.PositiveBigIntegerField(_("record number"), null=True, blank=True)
    body = models.TextField(_("what is sent"))
    rights = models.JSONField(
        _("rights"), default=dict, help_text=_("With which the text was written.")
    )
    state = models.CharField(
        pgettext_lazy("delivery", "state"),
        max_length=10,
        choices=DeliveryState,
        default=DeliveryState.WAITING,
    )
    created_at = models.DateTimeField(_("when"))
    next_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claim = models.PositiveIntegerField(_("take-overs"), default=0)
    lease_until = models.DateTimeField(_("reserved until"), null=True, blank=True)
    # Of the last attempt.
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    fault = models.CharField(_("why it failed"), max_length=12, choices=DeliveryFault, blank=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery of a webhook")
        verbose_name_plural = _("deliveries of webhooks")
        indexes = [
            models.Index(fields=["webhook", "-id"], name="core_delivery_log"),
            models.Index(fields=["webhook", "state", "-id"], name="core_delivery_state"),
            models.Index(fields=["webhook", "kind", "-id"], name="core_delivery_kind"),
            models.Index(fields=["created_at", "id"], name="core_delivery_age"),
            models.Index(fields=["object_type", "object_id"], name="core_delivery_record"),
            models.Index(
                fields=["webhook", "next_at", "id"], condition=STILL_OPEN, name="core_delivery_due"
            ),
            models.Index(
                fields=["webhook", "object_type", "object_id", "id"],
                condition=STILL_OPEN,
                name="core_delivery_turn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id or ''}".strip()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def message_id(self) -> str:
        """What the receiver knows it by, at every attempt."""
        return f"msg_{self.message.hex}"
