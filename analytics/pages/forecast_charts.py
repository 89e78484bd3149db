"""Periods of a forecast as rows, and what the charts draw of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics.choices import Grain, TargetPeriod
from analytics.models import ForecastSeries, ForecastTarget
from analytics.models.periods import shifted
from analytics.services.forecast_targets import MONTHS

# Periods of history that the chart shows; the file has all.
SHOWN = {Grain.DAY: 90, Grain.WEEK: 78, Grain.MONTH: 36}
LARGE = 10_000  # from here on amounts are told in thousands
THOUSAND = 1_000


@dataclass(frozen=True)
class Point:
    """One period: what came, or what is expected with its bands; what somebody wants."""

    start: date
    actual: float | None = None
    ahead: float | None = None
    band_80: tuple[float, float] | None = None
    band_95: tuple[float, float] | None = None
    target: float | None = None


def points_of(
    series: ForecastSeries, targets: Iterable[ForecastTarget], horizon: int
) -> list[Point]:
    """History and forecast, the oldest period first."""
    wanted = monthly(targets) if series.grain == Grain.MONTH else {}
    count = len(series.values)
    found = []
    for number in range(count + min(horizon, len(series.ahead))):
        start = shifted(series.first, series.grain, number)
        target = wanted.get(start)
        if number < count:
            found.append(Point(start, actual=series.values[number], target=target))
            continue
        step = number - count
        inner, outer = (_band(series.lower[at][step], series.upper[at][step]) for at in (0, 1))
        found.append(Point(start, None, series.ahead[step], inner, outer, target))
    return found


def _band(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def monthly(targets: Iterable[ForecastTarget]) -> dict[date, float]:
    """Targets by month: that of a month counts, else a share of its quarter's, else of its year's."""
    found: dict[date, float] = {}
    wide = [TargetPeriod.YEAR, TargetPeriod.QUARTER, TargetPeriod.MONTH]
    for target in sorted(targets, key=lambda each: wide.index(TargetPeriod(each.period))):
        months = MONTHS[TargetPeriod(target.period)]
        for number in range(months):
            found[shifted(target.starts_on, Grain.MONTH, number)] = float(target.amount) / months
    return found


def period_text(start: date, grain: str) -> str:
    """The period in words: "November 2026", "Week of 23 Nov 2026", a day."""
    if grain == Grain.MONTH:
        return date_format(start, "YEAR_MONTH_FORMAT")
    day = date_format(start, "DATE_FORMAT")
    return _("Week of %(day)s") % {"day": day} if grain == Grain.WEEK else day


def _label(start: date, grain: str) -> str:
    if grain == Grain.MONTH:
        return date_format(start, pgettext("format of a month in a chart", "M y"))
    return date_format(start, "MONTH_DAY_FORMAT")


def unit_of(points: Iterable[Point], *, is_money: bool) -> int:
    """What amounts are divided by, so that few digits stand in a chart."""
    every = list(points)
    largest = max((point.actual or point.ahead or 0 for point in every), default=0)
    return THOUSAND if is_money and largest >= LARGE else 1


def band_chart(points: list[Point], grain: str, unit: int) -> dict[str, Any]:
    """The data of the kind "band": history, dashed forecast from its end on, two bands, targets."""
    history = [point for point in points if point.actual is not None][-SHOWN[Grain(grain)] :]
    shown = history + [point for point in points if point.actual is None]
    now = len(history) - 1
    digits = 1 if unit > 1 else 2

    def line(values: Iterable[float | None]) -> list[float | None]:
        return [None if value is None else round(value / unit, digits) for value in values]

    def ends(level: str, side: int) -> list[float | None]:
        bands = [getattr(point, level) for point in shown]
        told = [band[side] if band else None for band in bands]
        if now >= 0 and any(band is not None for band in told):
            told[now] = history[-1].actual  # bands open at the last value
        return line(told)

    ahead = [point.ahead for point in shown]
    if now >= 0:
        ahead[now] = history[-1].actual
    return {
        "x": [_label(point.start, grain) for point in shown],
        "actual": line(point.actual for point in shown),
        "forecast": line(ahead),
        "inner": [ends("band_80", side) for side in (0, 1)],
        "outer": [ends("band_95", side) for side in (0, 1)],
        "target": line(point.target for point in shown),
        "now": now,
        "zero": all((point.actual or 0) >= 0 for point in shown),
        "words": {
            "actual": pgettext("chart", "Actual"),
            "forecast": pgettext("chart", "Forecast"),
            "inner": _("80% range"),
            "outer": _("95% range"),
            "target": pgettext("forecast", "Target"),
            "now": _last_label(grain),
        },
    }


def _last_label(grain: str) -> str:
    return {
        Grain.DAY: _("Last full day"),
        Grain.WEEK: _("Last full week"),
        Grain.MONTH: _("Last full month"),
    }[Grain(grain)]


def backtest_chart(series: ForecastSeries, unit: int) -> dict[str, Any] | None:
    """What came, and what had been said so many periods before; nothing without a backtest."""
    told = series.backtest
    if not series.is_tested:
        return None
    first = told["origins"][0]
    steps = [step["step"] for step in told["steps"]]
    shown = [steps[0], steps[len(steps) // 2]] if len(steps) > 1 else steps
    length = len(series.values)
    lines = [{"n": pgettext("chart", "Actual"), "v": series.values[first:], "c": "text"}]
    for step in shown:
        said: list[float | None] = [None] * (length - first)
        for origin, row in zip(told["origins"], told["said"], strict=True):
            if origin + step - 1 < length:
                said[origin + step - 1 - first] = row[step - 1]
        lines.append({"n": ahead_text(step, series.grain), "v": said, "dots": True})
    starts = [shifted(series.first, series.grain, number) for number in range(first, length)]
    for each in lines:
        values: Any = each["v"]
        each["v"] = [None if value is None else round(value / unit, 2) for value in values]
    return {"x": [_label(start, series.grain) for start in starts], "s": lines}


def ahead_text(step: int, grain: str) -> str:
    """How long before a forecast was said."""

    words: Mapping[str, str] = {
        Grain.DAY: ngettext("%(number)s day before", "%(number)s days before", step),
        Grain.WEEK: ngettext("%(number)s week before", "%(number)s weeks before", step),
        Grain.MONTH: ngettext("%(number)s month before", "%(number)s months before", step),
    }
    return words[grain] % {"number": step}
