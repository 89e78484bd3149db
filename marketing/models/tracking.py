"""What comes back: opens and clicks of messages, and visits of the company's websites."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Contact
from marketing.choices import HitKind, MachineSign, Verdict
from marketing.models.campaigns import Campaign, Recipient


class MailHit(models.Model):
    """An open or a click of a message, as it was asked for over the web.

    Whether a person or a machine did it is decided some seconds later, when more is known (`verdict`).
    """

    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        on_delete=models.CASCADE,
        related_name="hits",
        db_index=False,
    )
    recipient = models.ForeignKey(
        Recipient, verbose_name=_("recipient"), on_delete=models.CASCADE, related_name="hits"
    )
    kind = models.CharField(_("what"), max_length=5, choices=HitKind)
    at = models.DateTimeField(_("when"))
    url = models.CharField(_("web address"), max_length=2_000, blank=True)
    agent = models.CharField(_("programme"), max_length=200, blank=True)
    is_head = models.BooleanField(_("asked for the head only"), default=False)
    verdict = models.CharField(_("who"), max_length=7, choices=Verdict, blank=True)
    sign = models.CharField(_("sign of a machine"), max_length=8, choices=MachineSign, blank=True)

    class Meta:
        verbose_name = _("open or click")
        verbose_name_plural = _("opens and clicks")
        indexes = [
            models.Index(
                fields=["at", "id"], condition=Q(verdict=""), name="marketing_hit_unsettled"
            ),
            models.Index(
                fields=["campaign", "kind", "verdict", "at"], name="marketing_hit_campaign"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.kind}"


class Website(models.Model):
    """A site of the company whose pages may tell of visits."""

    domain = models.CharField(_("domain"), max_length=253, unique=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("website")
        verbose_name_plural = _("websites")
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain


class Visitor(models.Model):
    """A browser that visits the websites; whose it is, once a link of a message or a form has said so."""

    key = models.UUIDField(_("key"), primary_key=True, default=uuid4, editable=False)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        null=True,
        on_delete=models.CASCADE,
        related_name="visitors",
    )
    # Since when it is known whose it is; who is told apart only later was not before.
    known_since = models.DateTimeField(_("known since"), null=True, blank=True)
    first_at = models.DateTimeField(_("first visit"))
    last_at = models.DateTimeField(_("last visit"))

    class Meta:
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        indexes = [models.Index(fields=["last_at"], name="marketing_visitor_last")]

    def __str__(self) -> str:
        return str(self.pk)


class PageView(models.Model):
    """A page that somebody unknown has visited; of a known contact it is an interaction instead."""

    visitor = models.ForeignKey(
        Visitor, verbose_name=_("visitor"), on_delete=models.CASCADE, related_name="views"
    )
    at = models.DateTimeField(_("when"))
    url = models.CharField(_("web address"), max_length=500)
    title = models.CharField(pgettext_lazy("page", "title"), max_length=300, blank=True)

    objects: ClassVar["models.Manager[PageView]"] = models.Manager()

    class Meta:
        verbose_name = _("page view")
        verbose_name_plural = _("page views")
        indexes = [models.Index(fields=["at"], name="marketing_view_at")]

    def __str__(self) -> str:
        return f"{self.visitor_id}: {self.at:%Y-%m-%d}"
