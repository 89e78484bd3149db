"""The one company that uses the installation."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Accent, Currency, WeekStart


class Installation(models.Model):
    """What the company is called and how its pages look; what new users begin with."""

    uid = models.UUIDField(
        _("identity"),
        default=uuid.uuid4,
        editable=False,
        help_text=_("What other installations know this one by."),
    )
    name = models.CharField(_("company"), max_length=100, default="Renmai")
    base_currency = models.CharField(
        _("base currency"), max_length=3, choices=Currency, default=Currency.EUR
    )
    logo = models.FileField(
        _("logo"), upload_to="company", max_length=120, blank=True, editable=False
    )
    accent = models.CharField(
        _("accent colour"), max_length=10, choices=Accent, default=Accent.BLUE
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    week_start = models.PositiveSmallIntegerField(
        _("first day of the week"), choices=WeekStart, default=WeekStart.MONDAY
    )
    languages = models.JSONField(
        _("languages"), default=list, help_text=_("Codes of languages; none stands for all.")
    )
    language = models.CharField(
        _("default language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    stale_after_days = models.PositiveSmallIntegerField(
        _("days until a record is stale"),
        default=180,
        validators=[MinValueValidator(1), MaxValueValidator(3_650)],
    )
    address = models.TextField(_("address"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("installation")
        verbose_name_plural = _("installations")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="core_installation_once")
        ]

    def __str__(self) -> str:
        return self.name
