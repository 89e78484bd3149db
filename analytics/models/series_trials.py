"""Files whose series are forecast, without importing them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.models.tried_files import TriedFile


class SeriesTrial(TriedFile):
    """One file of series, what was asked of it, and the forecasts.

    `drivers` says of columns how they are used: `ahead` where the file holds their future values, `past`
    where it does not. Without a season it follows from the dates.
    """

    job_kind = "analytics.series_trial"
    permission = "analytics.series.run"
    noun = "series_trial"
    pages = "series"

    AHEAD, PAST = "ahead", "past"

    time_column = models.CharField(_("column with the time"), max_length=200, blank=True)
    value_column = models.CharField(_("column with the values"), max_length=200, blank=True)
    id_column = models.CharField(_("column that names the series"), max_length=200, blank=True)
    horizon = models.PositiveSmallIntegerField(_("steps ahead"), default=12)
    season = models.PositiveSmallIntegerField(_("steps in a season"), null=True, blank=True)
    drivers = models.JSONField(_("drivers"), default=dict, blank=True)
    has_arima = models.BooleanField(_("with ARIMA"), default=False)

    class Meta:
        verbose_name = _("forecast of a file")
        verbose_name_plural = _("forecasts of files")
        indexes = [
            models.Index(fields=["created_by", "-id"], name="analytics_series_by"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def drivers_used(self, how: str) -> list[str]:
        """Columns that are used so, in the order of the file."""
        return [name for name in self.names if self.drivers.get(name) == how]
