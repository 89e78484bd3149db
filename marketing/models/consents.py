"""Consent: who may be written to, for what, by which way, since when and on whose word."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.text import comparable
from crm.models import Contact
from marketing.choices import Channel, ConsentSource, ConsentState, SuppressionReason


class PurposeQuerySet(models.QuerySet["Purpose"]):
    def in_use(self) -> Self:
        return self.filter(archived_at=None).order_by("name_key", "pk")


class Purpose(models.Model):
    """What messages are for, as people choose it: news, invitations, notes on a product."""

    name = models.CharField(pgettext_lazy("purpose", "name"), max_length=80)
    name_key = models.CharField(_("name for comparing"), max_length=120, editable=False)
    # What a person reads who chooses; by language, the default one where it is missing.
    public_names = models.JSONField(
        _("name for recipients"), default=dict, blank=True, help_text=_("By language code.")
    )
    description = models.TextField(_("description"), blank=True, max_length=500)
    is_confirmed = models.BooleanField(
        _("confirmed by e-mail"),
        default=True,
        help_text=_("A consent by a form counts only when the link of an e-mail was followed."),
    )
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects: ClassVar["models.Manager[Purpose]"] = PurposeQuerySet.as_manager()

    class Meta:
        verbose_name = _("purpose of messages")
        verbose_name_plural = _("purposes of messages")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"], condition=Q(archived_at=None), name="marketing_purpose_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.normalise()
        super().save(**kwargs)

    def normalise(self) -> None:
        """Fill the compared column; bulk writes call it themselves."""
        self.name_key = comparable(self.name)


class Consent(models.Model):
    """What a person has said last about a purpose on a channel; without a row, nothing."""

    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="consents",
        db_index=False,  # the constraint begins with it
    )
    purpose = models.ForeignKey(
        Purpose, verbose_name=_("purpose"), on_delete=models.CASCADE, related_name="consents"
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel, default=Channel.EMAIL)
    state = models.CharField(pgettext_lazy("consent", "state"), max_length=10, choices=ConsentState)
    source = models.CharField(
        pgettext_lazy("consent", "source"), max_length=12, choices=ConsentSource
    )
    detail = models.CharField(_("details"), max_length=300, blank=True)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "purpose", "channel"], name="marketing_consent_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.purpose_id} {self.channel} {self.state}"


class ConsentEvent(models.Model):
    """Each word of a person on a purpose and channel, as proof; rows are only added."""

    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="consent_events",
        db_index=False,
    )
    purpose = models.ForeignKey(
        Purpose, verbose_name=_("purpose"), on_delete=models.CASCADE, related_name="+"
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    state = models.CharField(pgettext_lazy("consent", "state"), max_length=10, choices=ConsentState)
    source = models.CharField(
        pgettext_lazy("consent", "source"), max_length=12, choices=ConsentSource
    )
    detail = models.CharField(_("details"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("when"))
    # What brought many words at once, such as an import, which can take them back: then they hold no more.
    origin = models.CharField(_("origin"), max_length=40, blank=True, editable=False)
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("change of a consent")
        verbose_name_plural = _("changes of consents")
        indexes = [
            models.Index(fields=["contact", "-id"], name="marketing_consent_trail"),
            models.Index(
                fields=["origin", "id"],
                condition=~Q(origin=""),
                name="marketing_consent_origin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.state}"


class Suppression(models.Model):
    """An address that gets no message of marketing, whatever was consented to."""

    address_key = models.CharField(_("address for comparing"), max_length=254, unique=True)
    reason = models.CharField(_("reason"), max_length=10, choices=SuppressionReason)
    detail = models.CharField(_("details"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        indexes = [models.Index(fields=["-at", "-id"], name="marketing_suppression_new")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.reason}"
