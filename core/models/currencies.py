"""What currencies were worth in the company's own one, and when."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Currency


class ExchangeRate(models.Model):
    """One unit of a currency in the base currency, from a day on until the next rate."""

    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    valid_from = models.DateField(pgettext_lazy("exchange rate", "from"))
    rate = models.DecimalField(
        _("rate"),
        max_digits=18,
        decimal_places=8,
        validators=[MinValueValidator(Decimal("0.00000001"))],
    )

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "valid_from"], name="core_rate_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="core_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.valid_from}: {self.rate}"

    @property
    def plain(self) -> str:
        """The rate without useless noughts.

        >>> ExchangeRate(rate=Decimal("100.50000000")).plain
        '100.5'
        """
        return f"{self.rate:f}".rstrip("0").rstrip(".")
