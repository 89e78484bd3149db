"""The company's own currency, and what others were worth when."""

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Currency


class Installation(models.Model):
    """The one company that uses this installation."""

    name = models.CharField(_("company"), max_length=100, default="Renmai")
    base_currency = models.CharField(
        _("base currency"), max_length=3, choices=Currency, default=Currency.EUR
    )

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installations")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="core_installation_once")
        ]

    def __str__(self) -> str:
        return self.name


class ExchangeRate(models.Model):
    """One unit of a currency in the base currency, from a day on until the next rate."""

    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    valid_from = models.DateField(_("from"))
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
