"""Forecasts of series, and the targets that people set beside them."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.choices import Cut, Grain, Measure, TargetPeriod
from core.models import JobRun, ModelVersion


class ForecastQuerySet(models.QuerySet["ForecastSeries"]):
    def current(self) -> "ForecastQuerySet":
        """Those of the latest run that has ended well."""
        return self.filter(is_current=True)


class ForecastSeries(models.Model):
    """One series with its forecast, as one run saw it; `is_current` once the whole run has ended.

    `values` begin with the period of `first`; `ahead` and both ends of the bands (80 and 95 %) follow
    on them. `key` is the number or name of the part, empty for records that have none, "*" for the
    small ones together. `backtest` holds the origins, what was said at them and errors by step.
    """

    run = models.ForeignKey(
        JobRun, verbose_name=_("job run"), on_delete=models.CASCADE, related_name="+"
    )
    version = models.ForeignKey(
        ModelVersion,
        verbose_name=_("model version"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    as_of = models.DateTimeField(_("as of"))
    measure = models.CharField(_("measure"), max_length=12, choices=Measure)
    grain = models.CharField(_("length of a period"), max_length=5, choices=Grain)
    cut = models.CharField(_("cut"), max_length=8, choices=Cut)
    key = models.CharField(_("part"), max_length=120, blank=True)
    first = models.DateField(_("first period"))
    values = models.JSONField(_("history"), default=list)
    ahead = models.JSONField(_("forecast"), default=list)
    lower = models.JSONField(_("lower ends of the bands"), default=list)
    upper = models.JSONField(_("upper ends of the bands"), default=list)
    spread = models.FloatField(_("size of the errors"), default=0)
    is_never_negative = models.BooleanField(_("never below 0"), default=True)
    chosen = models.CharField(_("method"), max_length=40)
    reason = models.CharField(_("why this one"), max_length=40)
    gain = models.FloatField(_("smaller error than the mean of the methods"), default=0)
    candidates = models.JSONField(_("methods tried"), default=list)
    backtest = models.JSONField(_("backtest"), default=dict)
    is_current = models.BooleanField(_("current"), default=False)

    objects: ClassVar[Any] = ForecastQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast of a series")
        verbose_name_plural = _("forecasts of series")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "measure", "grain", "cut", "key"], name="analytics_forecast_once"
            ),
            models.UniqueConstraint(
                fields=["measure", "grain", "cut", "key"],
                condition=Q(is_current=True),
                name="analytics_forecast_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.grain} {self.cut} {self.key}".rstrip()

    @property
    def is_tested(self) -> bool:
        """Whether it is long enough for methods to be tried at past moments."""
        return "origins" in self.backtest


class ForecastTarget(models.Model):
    """What somebody wants a measure to reach in a month, quarter or year; of everything or of a part."""

    measure = models.CharField(_("measure"), max_length=12, choices=Measure)
    cut = models.CharField(_("cut"), max_length=8, choices=Cut, default=Cut.TOTAL)
    key = models.CharField(_("part"), max_length=120, blank=True)
    period = models.CharField(_("period"), max_length=7, choices=TargetPeriod)
    starts_on = models.DateField(_("first day"))
    amount = models.DecimalField(
        pgettext_lazy("forecast", "target"),
        max_digits=18,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("target of a forecast")
        verbose_name_plural = _("targets of forecasts")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "cut", "key", "period", "starts_on"],
                name="analytics_target_once",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="analytics_target_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.cut} {self.key} {self.starts_on}: {self.amount}"
