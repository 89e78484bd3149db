"""Quotes of deals: drafts that can be changed, and issued ones that stay as they are."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from crm.choices import QuoteStatus
from crm.models.contacts import Contact
from crm.models.deals import Deal
from crm.models.products import Product

RATE: dict[str, Any] = {
    "max_digits": 5,
    "decimal_places": 4,
    "default": 0,
    "help_text": _("From 0 to 1."),
}
AMOUNT: dict[str, Any] = {"max_digits": 18, "decimal_places": 2, "default": 0, "editable": False}


def _share(name: str) -> Q:
    return Q(**{f"{name}__gte": 0, f"{name}__lte": 1})


class QuoteQuerySet(models.QuerySet["Quote"]):
    def issued(self) -> "QuoteQuerySet":
        return self.exclude(status=QuoteStatus.DRAFT)


class Quote(models.Model):
    """An offer about a deal. From its issue on it has a number, and nothing on it changes any more;
    a revision is another row with the same number. Who sees the deal and its value sees it."""

    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.CASCADE, related_name="quotes"
    )
    number = models.CharField(_("number"), max_length=20, blank=True, editable=False)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, editable=False)
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("revision of"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="replaced_by",
    )
    status = models.CharField(
        _("status"), max_length=8, choices=QuoteStatus, default=QuoteStatus.DRAFT, editable=False
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    contact = models.ForeignKey(
        Contact,
        verbose_name=_("recipient"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    recipient = models.TextField(_("name and address"), max_length=600, blank=True)
    seller = models.TextField(_("from"), max_length=700, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=200, blank=True)
    valid_until = models.DateField(_("valid until"))
    terms = models.TextField(_("terms"), max_length=4000, blank=True)
    discount_rate = models.DecimalField(_("discount"), **RATE)
    subtotal = models.DecimalField(_("subtotal"), **AMOUNT)
    discount = models.DecimalField(_("amount of the discount"), **AMOUNT)
    tax = models.DecimalField(_("tax"), **AMOUNT)
    total = models.DecimalField(_("total"), **AMOUNT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("made by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created"), editable=False)
    issued_on = models.DateField(_("issued"), null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)

    objects: ClassVar[Any] = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        ordering = ["-id"]
        indexes = [models.Index(fields=["deal", "-id"], name="crm_quote_deal")]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "revision"], name="crm_quote_number", condition=~Q(number="")
            ),
            models.CheckConstraint(
                condition=Q(status=QuoteStatus.DRAFT, issued_on__isnull=True)
                | (~Q(status=QuoteStatus.DRAFT) & ~Q(number="") & Q(issued_on__isnull=False)),
                name="crm_quote_issued",
            ),
            models.CheckConstraint(condition=_share("discount_rate"), name="crm_quote_discount"),
        ]

    def __str__(self) -> str:
        if not self.number:
            return gettext("Draft of a quote")
        return f"{self.number}-{self.revision}" if self.revision > 1 else self.number

    def get_absolute_url(self) -> str:
        return reverse("quote_detail", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.status == QuoteStatus.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether the customer may still say yes or no."""
        return self.status in (QuoteStatus.ISSUED, QuoteStatus.SENT)


class QuoteLine(models.Model):
    """One position, in its own words and with its own price, whatever becomes of the product."""

    quote = models.ForeignKey(
        Quote, verbose_name=_("quote"), on_delete=models.CASCADE, related_name="lines"
    )
    product = models.ForeignKey(
        Product,
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("description"), max_length=300)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, default=1)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=2)
    discount_rate = models.DecimalField(_("discount"), **RATE)
    tax_rate = models.DecimalField(_("tax rate"), **RATE)
    total = models.DecimalField(_("total"), **AMOUNT)

    class Meta:
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=_share("discount_rate") & _share("tax_rate"), name="crm_quote_line_rates"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="crm_quote_line_quantity"),
        ]

    def __str__(self) -> str:
        return self.name


class QuoteSequence(models.Model):
    """The last number of the quotes of a year."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("sequence of quotes")
        verbose_name_plural = _("sequences of quotes")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
