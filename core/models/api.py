"""What the API keeps: tokens, keys of other systems, answers that were given once."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ApiToken(models.Model):
    """A program's key to act for a user; only the digest of its secret is kept.

    `scopes` say what it may be used for (`crm.lead:read`; `*` is all); with a `role` it may do what
    the user and that role may both.
    """

    name = models.CharField(pgettext_lazy("token", "name"), max_length=80)
    prefix = models.CharField(
        _("beginning"), max_length=12, editable=False, help_text=_("The secret begins so.")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="api_tokens",
    )
    role = models.ForeignKey(
        "core.Role",
        verbose_name=_("role"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,  # without its role a token would reach further than before
        related_name="+",
    )
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_valid(self, at: datetime) -> bool:
        is_expired = self.expires_at is not None and self.expires_at <= at
        return self.revoked_at is None and not is_expired


class ExternalKey(models.Model):
    """The name that another system has for a record: its system and its number there."""

    object_type = models.CharField(
        _("record type"), max_length=60, help_text=_("Such as crm.lead.")
    )
    source = models.CharField(_("system"), max_length=60)
    key = models.CharField(_("key"), max_length=200)
    object_id = models.PositiveBigIntegerField(_("record number"))

    class Meta:
        verbose_name = _("external key")
        verbose_name_plural = _("external keys")
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "source", "key"], name="core_external_key_once"
            )
        ]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="core_external_key_object")
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.source}:{self.key}"


class GivenAnswer(models.Model):
    """What a request with an `Idempotency-Key` was answered; the same request is answered so again.

    Written in the transaction of the work itself: both are there, or neither.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(_("key"), max_length=200)
    digest = models.CharField(max_length=64, help_text="Of method, address and body.")
    status = models.PositiveSmallIntegerField(_("HTTP status"), default=0)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("given answer")
        verbose_name_plural = _("given answers")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="core_given_answer_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="core_given_answer_age")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.status}"
