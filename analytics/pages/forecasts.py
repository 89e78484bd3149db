"""What the forecast page shows: a series with its forecast, how far to trust it, and why this method."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from analytics.choices import Cut, Grain, Measure
from analytics.models import ForecastSeries
from analytics.models.periods import shifted
from analytics.pages.forecast_charts import (
    Point,
    backtest_chart,
    band_chart,
    period_text,
    points_of,
    unit_of,
)
from analytics.queries.forecasts import (
    KIND,
    Part,
    last_run,
    measures_for,
    names_of,
    parts_of,
    series_for,
    targets_for,
)
from core import permissions
from core.currencies import base_currency
from core.models import User
from core.phrases import money, money_short, number, percent

# Periods ahead that may be shown, the last one is what is stored.
HORIZONS = {Grain.DAY: (7, 14, 30), Grain.WEEK: (4, 8, 12), Grain.MONTH: (3, 6, 12)}
SEASON = {Grain.DAY: 7, Grain.WEEK: 52, Grain.MONTH: 12}
MOST_PARTS = 600
COMPARED = 3  # past moments that tell which way of saying a total is better
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


@dataclass(frozen=True)
class Choice:
    """Which series, and how far ahead; `user` asks."""

    user: User
    measure: Measure
    grain: Grain
    part: Part
    horizon: int
    parts: tuple[Part, ...]

    @classmethod
    def read(cls, user: User, query: Mapping[str, str]) -> "Choice | None":
        """What the address asks for, as far as it makes sense; None for who may see no measure."""
        measures = measures_for(user)
        if not measures:
            return None
        asked = query.get("measure", "")
        measure = Measure(asked) if asked in measures else measures[0]
        asked = query.get("grain", "")
        grain = Grain(asked) if asked in Grain.values else Grain.MONTH
        every = parts_of(user, measure, grain)
        wanted = Part.read(query.get("part", ""))
        first = every[0] if every else Part(Cut.TOTAL, "")
        part = wanted if wanted in every and wanted is not None else first
        parts = every[:MOST_PARTS]
        if part in every[MOST_PARTS:]:
            parts.append(part)
        asked = query.get("horizon", "")
        steps = HORIZONS[grain]
        horizon = int(asked) if asked in map(str, steps) else steps[1]
        return cls(user, measure, grain, part, horizon, tuple(parts))

    def url(self, name: str = "forecast", **changes: str) -> str:
        """The address of the page, or of another one, for the same or another choice."""
        state = {
            "measure": str(self.measure),
            "grain": str(self.grain),
            "part": self.part.value,
            "horizon": str(self.horizon),
        } | changes
        return f"{reverse(name)}?{urlencode({key: value for key, value in state.items() if value})}"

    def answers(self, query: Mapping[str, str]) -> bool:
        """Whether it is the part that was asked for, not another one in its place."""
        return query.get("part", "") in {"", self.part.value}

    @property
    def is_money(self) -> bool:
        return self.measure == Measure.REVENUE


def forecast_context(user: User, query: Mapping[str, str]) -> dict[str, Any]:
    """Everything that stands on the page."""
    access = permissions.access_of(user)
    choice = Choice.read(user, query)
    context: dict[str, Any] = {
        "choice": choice,
        "kind": KIND,
        "last_run": last_run(),
        "may_run": access.may("analytics.forecast.run"),
        "may_see_jobs": access.may("core.job.view"),
        "may_import": access.may("crm.import.use"),
        "may_forecast_files": access.may("analytics.series.run"),
        "may_see_quarter": access.may("analytics.quarter.view"),
    }
    if choice is None:
        return context
    context |= _filters(choice) | {"currency": base_currency()}
    series = series_of(choice)
    if series is None:
        return context
    return context | _shown(choice, series, context["currency"])


def series_of(choice: Choice) -> ForecastSeries | None:
    """The series that was chosen, if there is one."""
    found: ForecastSeries | None = (
        series_for(choice.user)
        .filter(measure=choice.measure, grain=choice.grain)
        .filter(cut=choice.part.cut, key=choice.part.key)
        .select_related("version")
        .first()
    )
    return found


def chosen_points(choice: Choice, series: ForecastSeries) -> list[Point]:
    targets = targets_for(choice.user).filter(
        measure=choice.measure, cut=choice.part.cut, key=choice.part.key
    )
    return points_of(series, targets, choice.horizon)


def _shown(choice: Choice, series: ForecastSeries, currency: str) -> dict[str, Any]:
    points = chosen_points(choice, series)
    unit = unit_of(points, is_money=choice.is_money)
    ahead = [point for point in points if point.ahead is not None]
    told = Told(choice, currency)
    can_target = permissions.access_of(choice.user).may("analytics.forecast.target")
    return {
        "series": series,
        "made_from": _made_from(choice, series),
        "figures": list(_figures(choice, series, ahead, told)),
        "title": _title(choice),
        "unit_text": _unit_text(choice, currency, unit),
        "chart": band_chart(points, choice.grain, unit),
        "chart_label": _chart_label(choice, series, len(ahead)),
        "rows": [_row(point, choice, told) for point in ahead],
        "has_targets": any(point.target is not None for point in ahead),
        "has_band": ahead[0].band_80 is not None,
        "trust": _trust(choice, series),
        "methods": _methods(series, told),
        "why": _why(series),
        "backtest_chart": backtest_chart(series, unit),
        "export_url": choice.url("forecast_export"),
        "target_url": choice.url("forecast_target") if can_target else "",
    }


@dataclass(frozen=True)
class Told:
    """Amounts of the measure in words: money or counts."""

    choice: Choice
    currency: str

    def __call__(self, value: float | None, *, short: bool = False) -> str:
        if value is None:
            return "–"
        if self.choice.is_money:
            return (money_short if short else money)(round(value), self.currency)
        return number(value, 0 if value >= 10 or value == int(value) else 1)

    def range(self, band: tuple[float, float] | None) -> str:
        if band is None:
            return "–"
        return f"{self(band[0], short=True)} – {self(band[1], short=True)}"


# -- filters -------------------------------------------------------------------------------------


def _filters(choice: Choice) -> dict[str, Any]:
    names = names_of(choice.parts)
    groups: dict[str, list[dict[str, Any]]] = {}
    for part in sorted(
        choice.parts, key=lambda each: (list(Cut).index(Cut(each.cut)), names[each])
    ):
        label = "" if part.cut == Cut.TOTAL else str(Cut(part.cut).label)
        is_chosen = part == choice.part
        option = {"value": part.value, "label": names[part], "is_chosen": is_chosen}
        groups.setdefault(label, []).append(option)
    return {
        "measures": [
            {
                "label": each.label,
                "url": choice.url(measure=str(each), part=""),
                "is_current": each == choice.measure,
            }
            for each in measures_for(choice.user)
        ],
        "grains": [
            {
                "label": each.label,
                "url": choice.url(grain=str(each), horizon=""),
                "is_current": each == choice.grain,
            }
            for each in Grain
        ],
        "part_groups": list(groups.items()),
        "part_name": names.get(choice.part, str(Cut.TOTAL.label)),
        "horizons": [
            {
                "value": steps,
                "label": _horizon_text(steps, choice.grain),
                "is_chosen": steps == choice.horizon,
            }
            for steps in HORIZONS[choice.grain]
        ],
    }


def _horizon_text(steps: int, grain: str) -> str:
    words = {
        Grain.DAY: ngettext("%(number)s day", "%(number)s days", steps),
        Grain.WEEK: ngettext("%(number)s week", "%(number)s weeks", steps),
        Grain.MONTH: ngettext("%(number)s month", "%(number)s months", steps),
    }
    return words[Grain(grain)] % {"number": steps}


# -- words ---------------------------------------------------------------------------------------


def _title(choice: Choice) -> str:
    words = {
        (Measure.REVENUE, Grain.DAY): _("Bookings by day"),
        (Measure.REVENUE, Grain.WEEK): _("Bookings by week"),
        (Measure.REVENUE, Grain.MONTH): _("Monthly bookings"),
        (Measure.DEALS, Grain.DAY): _("Won deals by day"),
        (Measure.DEALS, Grain.WEEK): _("Won deals by week"),
        (Measure.DEALS, Grain.MONTH): _("Won deals by month"),
        (Measure.LEADS, Grain.DAY): _("New leads by day"),
        (Measure.LEADS, Grain.WEEK): _("New leads by week"),
        (Measure.LEADS, Grain.MONTH): _("New leads by month"),
        (Measure.INTERACTIONS, Grain.DAY): _("Interactions by day"),
        (Measure.INTERACTIONS, Grain.WEEK): _("Interactions by week"),
        (Measure.INTERACTIONS, Grain.MONTH): _("Interactions by month"),
    }
    return words[choice.measure, choice.grain]


def _unit_text(choice: Choice, currency: str, unit: int) -> str:
    if not choice.is_money:
        return ""
    return _("%(currency)s thousand") % {"currency": currency} if unit > 1 else currency


def _made_from(choice: Choice, series: ForecastSeries) -> str:
    """ "36 months of history"."""
    count = len(series.values)
    words = {
        Grain.DAY: ngettext("%(number)s day of history", "%(number)s days of history", count),
        Grain.WEEK: ngettext("%(number)s week of history", "%(number)s weeks of history", count),
        Grain.MONTH: ngettext("%(number)s month of history", "%(number)s months of history", count),
    }
    return words[choice.grain] % {"number": number(count)}


def _chart_label(choice: Choice, series: ForecastSeries, ahead: int) -> str:
    words = {
        "title": _title(choice),
        "history": _made_from(choice, series),
        "ahead": _horizon_text(ahead, choice.grain),
    }
    return _("%(title)s: %(history)s and a forecast of %(ahead)s with 80 and 95%% ranges") % words


def _figures(
    choice: Choice, series: ForecastSeries, ahead: list[Point], told: Told
) -> Iterator[dict[str, Any]]:
    """The next period: what is likely, its range, what was a season ago, its target."""
    after = ahead[0]
    when = period_text(after.start, choice.grain)
    yield {
        "label": _("Likely, %(period)s") % {"period": when},
        "value": told(after.ahead, short=True),
        "note": _running(choice.grain),
    }
    yield {
        "label": _("80% range"),
        "value": told.range(after.band_80),
        "note": _("95%%: %(range)s") % {"range": told.range(after.band_95)},
    }
    yield _season_before(choice, series, after, told)
    if series.backtest.get("total"):
        yield _total(choice, series, told)
    yield {
        "label": pgettext("forecast", "Target"),
        "value": told(after.target, short=True),
        "note": _reached(after),
    }


def _total(choice: Choice, series: ForecastSeries, told: Told) -> dict[str, Any]:
    """What some periods bring together, by whichever way was closer so far."""
    total = series.backtest["total"]
    steps, serves_model = total["steps"], total["serves"] == "model"
    value = sum(series.ahead[:steps]) if serves_model else total["last"]
    words = {
        "model": percent(total["model_error"]),
        "last": percent(total["last_error"]),
        "span": _horizon_text(steps, choice.grain),
    }
    if serves_model:
        note = _("sum of the forecast; so far %(model)s off, the total before %(last)s") % words
    elif total["model_error"] is None or total["origins"] < COMPARED:
        note = _("as the last %(span)s; too little to try the forecast's sum") % words
    else:
        note = _("as the last %(span)s: so far %(last)s off, the forecast's sum %(model)s") % words
    label = _("Next %(span)s together") % words
    return {"label": label, "value": told(value, short=True), "note": note}


def _running(grain: str) -> str:
    return {
        Grain.DAY: _("all of the running day"),
        Grain.WEEK: _("all of the running week"),
        Grain.MONTH: _("all of the running month"),
    }[Grain(grain)]


def _reached(after: Point) -> str:
    if after.target is None:
        return _("none is set")
    if not after.target:
        return ""
    return _("likely to reach %(share)s of it") % {
        "share": percent((after.ahead or 0) / after.target)
    }


def _season_before(
    choice: Choice, series: ForecastSeries, after: Point, told: Told
) -> dict[str, Any]:
    back = SEASON[choice.grain]
    before = series.values[-back] if len(series.values) >= back else None
    labels = {
        Grain.DAY: _("The same day a week before"),
        Grain.WEEK: _("The same week a year before"),
        Grain.MONTH: _("The same month a year before"),
    }
    note = period_text(shifted(after.start, choice.grain, -back), choice.grain)
    if before is None:
        note = _("the history does not reach back so far")
    return {"label": labels[choice.grain], "value": told(before, short=True), "note": note}


def _row(point: Point, choice: Choice, told: Told) -> dict[str, Any]:
    return {
        "period": period_text(point.start, choice.grain),
        "ahead": told(point.ahead, short=True),
        "band": told.range(point.band_80),
        "target": told(point.target, short=True),
    }


# -- trust ---------------------------------------------------------------------------------------

LOW_COVER = 0.7


def _trust(choice: Choice, series: ForecastSeries) -> dict[str, Any] | None:
    """The backtest by steps ahead; nothing for a series that is too short."""
    told = series.backtest
    if not told:
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


def _methods(series: ForecastSeries, told: Told) -> list[dict[str, Any]]:
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


def _why(series: ForecastSeries) -> dict[str, str]:
    reason = _(REASONS[series.reason]) % {"gain": percent(series.gain)}
    return {"method": _(METHODS.get(series.chosen, series.chosen)), "reason": reason}
