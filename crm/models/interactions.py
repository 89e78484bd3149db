"""Interactions: what people did. Ten million rows are expected, so the key is made for them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from crm.choices import InteractionKind
from crm.models.contacts import Contact


class Interaction(models.Model):
    """One thing one person did: a visit, a click, a purchase.

    The number is the time and a slot made of `key` (`core.time_ids`), so that one index serves
    identity and time, PostgreSQL can keep each year in a partition of its own, and the same
    event written twice meets itself. Rows are only added, but for merging, reverting, erasing.
    """

    id = models.BigIntegerField(_("number"), primary_key=True)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("contact"),
        on_delete=models.CASCADE,
        related_name="interactions",
        db_index=False,  # the first column of an index below
    )
    kind = models.CharField(_("what"), max_length=12, choices=InteractionKind)
    at = models.DateTimeField(_("when"))
    key = models.CharField(
        _("key"), max_length=120, help_text=_("What makes it the same event elsewhere.")
    )
    subject = models.CharField(_("about"), max_length=300, blank=True)
    url = models.CharField(_("web address"), max_length=500, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    detail = models.JSONField(_("details"), default=dict, blank=True)
    origin = models.CharField(
        _("written by"), max_length=60, blank=True, help_text=_("What wrote it, such as import:12.")
    )

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            models.Index(fields=["contact", "kind", "-id"], name="crm_interaction_kind"),
            models.Index(fields=["contact", "-id"], name="crm_interaction_contact"),
            # With the contact, so that counting what many did reads the index alone.
            models.Index(fields=["kind", "-id", "contact"], name="crm_interaction_what"),
            models.Index(
                fields=["origin"], name="crm_interaction_origin", condition=~models.Q(origin="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
