"""What the forecast page shows: a series with its forecast, how far to trust it, and why this method."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

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
from analytics.pages.forecast_choice import HORIZONS, Choice, Told
from analytics.pages.forecast_trust import ENOUGH, methods_of, tried_ahead, trust_of, why_of
from analytics.queries.forecasts import (
    KIND,
    last_run,
    measures_for,
    names_of,
    series_for,
    targets_for,
)
from core import permissions
from core.currencies import base_currency
from core.models import User
from core.phrases import number, percent

QUARTER = "quarter"
SEASON = {Grain.DAY: 7, Grain.WEEK: 52, Grain.MONTH: 12}


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
    }
    if choice is None:
        return context
    context |= _filters(choice) | {"currency": base_currency()}
    series = series_of(choice)
    if series is None:
        return context
    return context | _shown(choice, series, context["currency"])


def measure_tabs(choice: Choice | None, current: str) -> list[dict[str, Any]]:
    """The quarter, and what is forecast; the one with this name is shown."""
    if choice is None:
        return []
    tabs = [
        {
            "label": each.label,
            "url": choice.url(measure=str(each), part=""),
            "is_current": str(each) == current,
        }
        for each in measures_for(choice.user)
    ]
    if permissions.access_of(choice.user).may("analytics.quarter.view"):
        url, is_current = reverse("quarter_forecast"), current == QUARTER
        tabs.insert(0, {"label": _("The quarter"), "url": url, "is_current": is_current})
    return tabs


def bookings_beside_quarter(user: User) -> dict[str, Any]:
    """Tabs and the chart of monthly bookings, for the page of the quarter."""
    if not permissions.access_of(user).may("analytics.forecast.view"):
        return {}
    choice = Choice.read(user, {"measure": Measure.REVENUE, "grain": Grain.MONTH})
    tabs = {"measures": measure_tabs(choice, QUARTER)}
    series = series_of(choice) if choice is not None and choice.is_money else None
    if choice is None or series is None:
        return tabs
    return tabs | _chart(choice, series, chosen_points(choice, series), base_currency())


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
        "rows": [_row(point, choice, told) for point in ahead],
        "trust": trust_of(choice, series),
        "methods": methods_of(series, told),
        "why": why_of(series),
        "backtest_chart": backtest_chart(series, unit),
        "export_url": choice.url("forecast_export"),
        "target_url": choice.url("forecast_target") if can_target else "",
        **_chart(choice, series, points, currency),
    }


def _chart(
    choice: Choice, series: ForecastSeries, points: list[Point], currency: str
) -> dict[str, Any]:
    """The chart and what stands around it."""
    unit = unit_of(points, is_money=choice.is_money)
    ahead = [point for point in points if point.ahead is not None]
    return {
        "title": _title(choice),
        "unit_text": _unit_text(choice, currency, unit),
        "chart": band_chart(points, choice.grain, unit),
        "chart_label": _chart_label(choice, series, len(ahead)),
        "has_targets": any(point.target is not None for point in ahead),
        "has_band": ahead[0].band_80 is not None,
        "doubt": _doubt(choice, series),
    }


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
        "measures": measure_tabs(choice, str(choice.measure)),
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


def _doubt(choice: Choice, series: ForecastSeries) -> str:
    """Where the history is too young for a forecast so far ahead."""
    tried = tried_ahead(series)
    if tried >= choice.horizon:
        return ""
    words = {"history": _made_from(choice, series), "tried": _horizon_text(tried, choice.grain)}
    if not tried:
        return (
            _("With %(history)s this could hardly be tried yet: a level to go by, no more.") % words
        )
    return (
        _(
            "With %(history)s this could be tried no further than %(tried)s ahead at three past moments; what "
            "lies beyond is doubtful."
        )
        % words
    )


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
    if serves_model and total["model_error"] is None:
        note = _("sum of the forecast; the history is too short to compare")
    elif serves_model:
        note = _("sum of the forecast; so far %(model)s off, the total before %(last)s") % words
    elif total["model_error"] is None or total["origins"] < ENOUGH:
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
