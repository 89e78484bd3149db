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
    kinds = models.JSONField(_("events"), default=list, help_text="Such as crm.lead.created.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("with the rights of"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    # A condition's JSON form on the records of one type; those of other types are all told.
    condition = models.JSONField(default=dict, blank=True)
    condition_type = models.CharField(max_length=60, blank=True, help_text="Such as crm.lead.")
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
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    not_before = models.DateTimeField(null=True, blank=True, editable=False)
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

    at = models.DateTimeField()
    object_type = models.CharField(max_length=60)
    object_id = models.PositiveBigIntegerField()
    kinds = models.JSONField(default=list)
    changes = models.JSONField(null=True, help_text="As in the audit trail; null where unknown.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("event of a webhook")
        verbose_name_plural = _("events of webhooks")

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id}"


class WebhookDelivery(models.Model):
    """One event for one webhook: what is sent, and how it goes."""

    message = models.UUIDField(default=uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    kind = models.CharField(_("event"), max_length=80)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.PositiveBigIntegerField(null=True, blank=True)
    body = models.TextField()
    rights = models.JSONField(default=dict, help_text="With which the body was written.")
    state = models.CharField(
        pgettext_lazy("delivery", "state"),
        max_length=10,
        choices=DeliveryState,
        default=DeliveryState.WAITING,
    )
    created_at = models.DateTimeField(_("when"))
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claim = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Of the last attempt.
    sent_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=12, choices=DeliveryFault, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)

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
