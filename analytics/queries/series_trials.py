"""Reads about forecasts of files."""

from datetime import UTC, date, datetime, timedelta
from math import floor, log10
from typing import Any

from django.db.models import F, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from analytics.models import SeriesTrial
from analytics.models.tried_files import KEPT
from core import permissions
from core.models import User
from core.phrases import day_text, number, percent, signed
from core.queries.jobs import described, steps_of
from core.sentences import say

SHOWN = 50
METHODS = {
    "seasonal_naive": gettext_lazy("As a season ago"),
    "naive2": gettext_lazy("The last value, by season"),
    "theta": gettext_lazy("Theta"),
    "ets": gettext_lazy("Exponential smoothing"),
    "ces": gettext_lazy("Complex smoothing"),
    "mean": gettext_lazy("Mean of the three models"),
    "regression": gettext_lazy("Regression"),
    "network": gettext_lazy("Neural network"),
    "arima": gettext_lazy("Seasonal ARIMA"),
    "series_mean": gettext_lazy("Mean of the values"),
}
FLOOR = "seasonal_naive"
SEEN_BEFORE = 4  # times as many values as are forecast are drawn, two seasons at least
LEAST_DRAWN = 36
SIGNIFICANT = 4


def series_trials_visible_to(user: User) -> QuerySet[SeriesTrial]:
    """One's own; administrators see all."""
    rows: QuerySet[SeriesTrial] = SeriesTrial.objects.select_related("run", "created_by")
    if permissions.access_of(user).is_administrator:
        return rows
    return rows.filter(created_by=user)


def latest_series_trials(user: User) -> list[SeriesTrial]:
    """With the error of what served, without the series themselves."""
    rows = series_trials_visible_to(user).defer("columns", "result")
    return list(rows.annotate(smape=F("result__smape")).order_by("-pk")[:SHOWN])


def series_page(
    trial: SeriesTrial, now: datetime, *, place: int = 0, method: str = ""
) -> dict[str, Any]:
    """The run, and one of the series once there is something; of it what serves, or another method."""
    run = trial.run
    if run is None:
        raise LookupError(f"Trial {trial.pk} has no run.")
    context = {
        "trial": trial,
        **described(run),
        "steps": steps_of(run),
        "seconds_left": run.seconds_left(now),
        "kept_days": KEPT.days,
    }
    if not trial.result:
        return context
    series = trial.result["series"]
    place = place if 0 <= place < len(series) else 0
    one = series[place]
    method = method if method in one["methods"] else one["serves"]["name"]
    return context | {
        "has_result": not run.is_active,
        "place": place,
        "all_series": _summaries(series, place) if len(series) > 1 else [],
        "left_out": [
            {"name": each["name"], "reason": say(each["message"], each["args"])}
            for each in trial.result["left_out"]
        ],
        "more": trial.result["more"],
        **_shown(trial, one, method),
    }


def _summaries(series: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    return [
        {
            "place": number_,
            "name": each["name"],
            "serves": METHODS[each["serves"]["name"]],
            "error": _error(each, each["serves"]["name"]),
            "next": _Figures(each).text(each["methods"][each["serves"]["name"]]["ahead"][0]),
            "is_current": number_ == place,
        }
        for number_, each in enumerate(series)
    ]


class _Figures:
    """Numbers and moments of one series as they are read."""

    def __init__(self, one: dict[str, Any], time: str = "") -> None:
        self.one, self.time = one, time
        size = max(map(abs, one["values"])) or 1.0
        self.digits = max(0, SIGNIFICANT - 1 - floor(log10(size)))

    def text(self, value: float | None) -> str:
        return number(value, min(self.digits, 9))

    def signed(self, value: float) -> str:
        sign = "+" if value > 0 else "−" if value < 0 else "±"
        return f"{sign}{self.text(abs(value))}"

    def plain(self, value: float | None) -> float | None:
        return None if value is None else round(value, self.digits + 1)

    def named(self, label: str) -> str:
        """A number alone says nothing: with the name of its column."""
        return f"{self.time} {label}" if self.one["unit"] == "number" else label

    def when(self, moment: float) -> str:
        """A month, a day, a moment, or the number that stands in the file."""
        if self.one["unit"] == "number":
            return f"{moment:.12g}"
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment)
        if self.one["unit"] == "month":
            return _month(at.date())
        if self.one["unit"] == "plain":
            return f"{day_text(at.date())} {at:%H:%M}"
        return day_text(at.date())


def _month(day: date) -> str:
    # Translators: a month and its year, in the letters of Django's date filter.
    return formats.date_format(day, pgettext("date format", "M Y"))


def _shown(trial: SeriesTrial, one: dict[str, Any], method: str) -> dict[str, Any]:
    figures, found = _Figures(one, trial.time_column), one["methods"][method]
    labels = [figures.when(moment) for moment in one["moments"]]
    return {
        "one": one,
        "method": METHODS[method],
        "is_serving": method == one["serves"]["name"],
        "serves": METHODS[one["serves"]["name"]],
        "why": _why(one),
        "is_short": not one["candidates"],
        "figures": _kpis(one, found, method, figures, labels),
        "chart": _chart(trial, one, found, figures, labels),
        "rows": _rows(one, found, figures, labels),
        "candidates": _candidates(one, method),
        "by_step": found["by_step"],
        "beats_floor": _beats_floor(one, method),
        "tested_chart": _tested_chart(one, found, figures, labels),
        "effects": [_effect(trial, effect, figures) for effect in one["effects"]],
        "explained": one["explained"],
        "sentences": [say(note["message"], note["args"]) for note in one["notes"]],
    }


def _why(one: dict[str, Any]) -> str:
    serves = one["serves"]
    gain = percent(serves["gain"])
    return {
        "exact": _("It made no error in the backtest; the simplest such method serves."),
        "clearly_better": _(
            "In the backtest its error was %(gain)s smaller than that of the mean of the three models; that is more than chance."
        )
        % {"gain": gain},
        "favoured": _(
            "A driver has a clear effect, and in the backtest the regression was closer than the mean of the three models; no other method was better by more than chance."
        ),
        "mean_not_beaten": _(
            "No other method was better by more than chance, and the mean of three models seldom loses much."
        ),
        "too_short": _(
            "Fewer than ten values: no method can be tested. The mean is said, and where one more value of the same level would lie."
        ),
    }[serves["reason"]]


def _error(one: dict[str, Any], name: str) -> float | None:
    return one["candidates"][name]["smape"] if one["candidates"] else None


def _beats_floor(one: dict[str, Any], method: str) -> bool | None:
    own, floor_ = _error(one, method), _error(one, FLOOR)
    if own is None or floor_ is None or method == FLOOR:
        return None
    return own < floor_


def _kpis(
    one: dict[str, Any], found: dict[str, Any], method: str, figures: _Figures, labels: list[str]
) -> list[dict[str, Any]]:
    """The next value, the last one ahead, the whole horizon, and how far off it was."""
    ahead, (low, high) = found["ahead"], (found["lower"][0], found["upper"][0])
    horizon, values = len(ahead), one["values"]

    def range_of(place: int) -> str:
        if low[place] is None:
            return _("no range from one value")
        return _("80%% range %(low)s to %(high)s") % {
            "low": figures.text(low[place]),
            "high": figures.text(high[place]),
        }

    items = [
        {
            "label": figures.named(labels[-horizon]),
            "value": figures.text(ahead[0]),
            "note": range_of(0),
        }
    ]
    if horizon > 1:
        items.append(
            {
                "label": figures.named(labels[-1]),
                "value": figures.text(ahead[-1]),
                "note": range_of(-1),
            }
        )
    items.append(_against_before(values, ahead, one["season"]))
    if one["candidates"]:
        row = one["candidates"][method]
        items += [
            {
                "label": _("Error in the backtest"),
                "value": percent(row["smape"] / 100, 1),
                "note": _("as a season ago: %(error)s")
                % {"error": percent(one["candidates"][FLOOR]["smape"] / 100, 1)},
            },
            {
                "label": _("Held by the 80% band"),
                "value": percent(row["coverage80"]),
                "note": _("of the past values it had not seen"),
            },
        ]
    return items


def _against_before(values: list[float], ahead: list[float], season: int) -> dict[str, Any]:
    """The mean of the horizon beside the same steps one season before, else the steps just before."""
    horizon = len(ahead)
    is_seasonal = season > 1 and season >= horizon and len(values) >= season
    start = len(values) - season if is_seasonal else max(0, len(values) - horizon)
    before = values[start : start + horizon]
    was, will = sum(before) / len(before), sum(ahead) / horizon
    note = _("against a season ago") if is_seasonal else _("against as many values before")
    change = f"{signed(100 * (will - was) / was)}%" if was > 0 else "–"
    return {"label": pgettext("of a series", "Change"), "value": change, "note": note}


def _chart(
    trial: SeriesTrial,
    one: dict[str, Any],
    found: dict[str, Any],
    figures: _Figures,
    labels: list[str],
) -> dict[str, Any]:
    """History, forecast and bands; the forecast begins at the last value, so that the line goes on."""
    horizon, values = len(found["ahead"]), one["values"]
    drawn = min(len(values), max(LEAST_DRAWN, SEEN_BEFORE * horizon, 2 * one["season"]))
    before = [None] * (drawn - 1)
    last = figures.plain(values[-1])
    (low80, low95), (high80, high95) = found["lower"], found["upper"]

    def ahead(row: list[float | None]) -> list[float | None]:
        return [*before, last, *map(figures.plain, row)]

    return {
        "x": labels[-(drawn + horizon) :],
        "actual": [*map(figures.plain, values[-drawn:]), *[None] * horizon],
        "forecast": ahead(found["ahead"]),
        "outer": [ahead(low95), ahead(high95)],
        "inner": [ahead(low80), ahead(high80)],
        "now": drawn - 1,
        "zero": min(values) >= 0,
        "words": {
            "actual": trial.value_column,
            "forecast": pgettext("of a series", "Forecast"),
            "outer": _("95% band"),
            "inner": _("80% band"),
            "now": _("Last value"),
        },
    }


def _rows(
    one: dict[str, Any], found: dict[str, Any], figures: _Figures, labels: list[str]
) -> list[dict[str, str]]:
    horizon = len(found["ahead"])
    (low80, low95), (high80, high95) = found["lower"], found["upper"]
    return [
        {
            "when": labels[len(labels) - horizon + step],
            "ahead": figures.text(value),
            "band80": f"{figures.text(low80[step])} – {figures.text(high80[step])}",
            "band95": f"{figures.text(low95[step])} – {figures.text(high95[step])}",
        }
        for step, value in enumerate(found["ahead"])
    ]


def _candidates(one: dict[str, Any], method: str) -> list[dict[str, Any]]:
    """The smallest error first."""
    rows = [
        {
            "name": name,
            "label": METHODS[name],
            "row": row,
            "serves": name == one["serves"]["name"],
            "is_shown": name == method,
        }
        for name, row in one["candidates"].items()
    ]
    return sorted(rows, key=lambda each: each["row"]["smape"])


def _tested_chart(
    one: dict[str, Any], found: dict[str, Any], figures: _Figures, labels: list[str]
) -> dict[str, Any] | None:
    """What came beside what was said last before, in the tested part of the series."""
    said = {each["place"]: each["said"] for each in found["tested"]}
    if not said:
        return None
    places = range(min(said), len(one["values"]))
    return {
        "x": [labels[place] for place in places],
        "s": [
            {
                "n": _("What came"),
                "v": [figures.plain(one["values"][place]) for place in places],
                "c": "text",
            },
            {
                "n": _("What was said before"),
                "v": [figures.plain(said.get(place)) for place in places],
                "c": "c1",
                "dash": True,
            },
        ],
    }


def _effect(trial: SeriesTrial, effect: dict[str, Any], figures: _Figures) -> dict[str, Any]:
    """One driver in a sentence: what goes along with a step of it, and how sure that is."""
    name = effect["name"]
    if not effect["usable"]:
        return {
            "name": name,
            "sentence": _(
                "It moves only as trend, season or other drivers do: no effect of its own."
            ),
            "tone": "",
        }
    is_clear = effect["lower"] > 0 or effect["upper"] < 0
    if effect["unit"] == "units":
        change = figures.signed(effect["effect"])
        low, high = figures.signed(effect["lower"]), figures.signed(effect["upper"])
    else:
        change = f"{_share(effect['effect'])}%"
        low, high = f"{_share(effect['lower'])}%", f"{_share(effect['upper'])}%"
    words = {"value": trial.value_column, "change": change, "low": low, "high": high}
    if effect["unit"] == "elasticity":
        sentence = _("+1%% goes along with %(change)s of %(value)s (%(low)s to %(high)s).") % words
    else:
        step = f"+{number(effect['step'], max(0, -floor(log10(effect['step']))))}"
        sentence = _("%(step)s goes along with %(change)s of %(value)s (%(low)s to %(high)s).") % (
            words | {"step": step}
        )
    return {
        "name": name,
        "sentence": sentence,
        "later": _later(effect["lag"]),
        "is_clear": is_clear,
        "tone": ("up" if effect["effect"] > 0 else "down") if is_clear else "",
    }


def _share(per_cent: float) -> str:
    """Per cent with a sign; the smaller, the more decimals."""
    return signed(per_cent, 1 if abs(per_cent) >= 1 else 2)


def _later(lag: int) -> str:
    if not lag:
        return ""
    return ngettext("%(count)s step later", "%(count)s steps later", lag) % {"count": lag}
