"""How far a forecast can be trusted: what was said at past moments, the methods tried, why this one."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from analytics.choices import Grain
from analytics.models import ForecastSeries
from analytics.pages.forecast_choice import Choice, Told
from core.phrases import percent

METHODS = {
    "seasonal_naive": gettext_noop("The season before"),
    "naive2": gettext_noop("The last value, seasonally adjusted"),
    "theta": gettext_noop("Theta"),
    "ets": gettext_noop("Exponential smoothing"),
    "ces": gettext_noop("Complex exponential smoothing"),
    "mean": gettext_noop("Mean of Theta and both smoothings"),
    "series_mean": gettext_noop("Mean of what came so far"),
}
REASONS = {
    "exact": gettext_noop("It made no error at all at the moments it was tried at."),
    "clearly_better": gettext_noop(
        "Its errors were %(gain)s smaller than those of the mean, which is more than chance explains."
    ),
    "mean_not_beaten": gettext_noop(
        "No other method was better by more than chance explains, and the mean of three seldom loses much."
    ),
    "too_short": gettext_noop(
        "Methods are tried from ten periods on. Until then this is the mean of what came, with the range in "
        "which one more such value would lie."
    ),
}
LOW_COVER = 0.7
ENOUGH = 3  # past moments that tell something


def trust_of(choice: Choice, series: ForecastSeries) -> dict[str, Any] | None:
    """The backtest by steps ahead; nothing for a series that is too short."""
    told = series.backtest
    if not series.is_tested:
        return None
    baselines = {
        Grain.DAY: _("the same day of the week before"),
        Grain.WEEK: _("the same week of the year before, else the last one"),
        Grain.MONTH: _("the same month of the year before, else the last one"),
    }
    ahead = {
        Grain.DAY: _("Days ahead"),
        Grain.WEEK: _("Weeks ahead"),
        Grain.MONTH: _("Months ahead"),
    }
    count = len(told["origins"])
    return {
        "beats": told["beats"],
        "covered": told["covered"],
        "ahead": ahead[choice.grain],
        "baseline": baselines[choice.grain],
        "sub": ngettext(
            "tried at %(number)s past moment", "tried at %(number)s past moments", count
        )
        % {"number": count},
        "steps": [step | {"is_low": step["covered"] < LOW_COVER} for step in told["steps"]],
    }


def tried_ahead(series: ForecastSeries) -> int:
    """How many periods ahead it could be tried at enough past moments."""
    length = len(series.values)
    reaches = sorted(
        (length - origin for origin in series.backtest.get("origins", [])), reverse=True
    )
    return reaches[ENOUGH - 1] if len(reaches) >= ENOUGH else 0


def methods_of(series: ForecastSeries, told: Told) -> list[dict[str, Any]]:
    """What was tried, the smallest error first."""
    rows = [
        {
            "label": _(METHODS.get(each["name"], each["name"])),
            "error": told(each["error"]),
            "share": each["share"],
            "seconds": each["seconds"],
            "size": each["error"],
            "is_chosen": each["name"] == series.chosen,
        }
        for each in series.candidates
    ]
    return sorted(rows, key=lambda row: row["size"])


def why_of(series: ForecastSeries) -> dict[str, str]:
    reason = _(REASONS[series.reason]) % {"gain": percent(series.gain)}
    return {"method": _(METHODS.get(series.chosen, series.chosen)), "reason": reason}
