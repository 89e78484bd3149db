"""What a backtest of forecasts prints: the last values of each series of a file, withheld and forecast."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.utils.translation import gettext_noop, ngettext

from analytics.datasets.file_columns import moments_in, plain_cells
from analytics.jobs.finite_json import finite
from analytics.jobs.series_forecasts import NO_DRIVER, forecast_driven, steps_of_drivers
from analytics.methods.cells import as_numbers
from analytics.methods.errors import MethodError
from analytics.methods.forecasting.forecast import Forecast, forecast_series, looked_at
from analytics.methods.forecasting.periods import number_periods
from analytics.methods.forecasting.scoring import CHOSEN, mean_figures, score_forecast
from analytics.methods.forecasting.series import CleanSeries, clean_series
from core.errors import InsufficientData, Refused

MOST_STEPS = 5  # times the horizon: withheld values further ahead are no forecast of the next ones
TOO_SHORT, UNEVEN, NO_DRIVERS = "too_short", "uneven_times", "no_drivers"

NO_COLUMN = gettext_noop("The file has no column “%(name)s”.")
NO_NUMBERS = gettext_noop("“%(name)s” holds no numbers to forecast.")
SAME_COLUMN = gettext_noop("“%(name)s” is named twice; time and value are two columns.")
AT_LEAST_ONE = gettext_noop("Horizon, season and number of series must be at least 1.")
NO_SERIES = gettext_noop(
    "No series of the file can be tested: %(needed)s values evenly spaced in time are needed."
)


@dataclass(frozen=True)
class SeriesQuestion:
    """Which columns hold the series, how far ahead to forecast, and how many steps a season has.

    Without an ID column the file is one series; with `most` only the first ones are tried.
    """

    time_column: str
    value_column: str
    horizon: int
    season: int
    id_column: str = ""
    most: int | None = None
    drivers: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Tested:
    """One series: what was known, what came, how many steps ahead each value lies, and what drove it.

    Drivers of the steps ahead are known, as a plan is.
    """

    known: CleanSeries
    actual: npt.NDArray[np.float64]
    steps: npt.NDArray[np.int64]
    drivers: pd.DataFrame


def backtest_forecasts(frame: pd.DataFrame, question: SeriesQuestion) -> dict[str, Any]:
    """Figures of what would have served and of every candidate, as plain JSON.

    Raises
    ------
    Refused, InsufficientData
        A sentence.
    """
    _check(frame, question)
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    seconds: dict[str, list[float]] = defaultdict(list)
    served: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for tested in _series(frame, question):
        if isinstance(tested, str):
            left_out[tested] += 1
            continue
        began = time.perf_counter()
        forecast = _forecast(tested, question)
        seconds[CHOSEN].append(time.perf_counter() - began)
        for name, took in (forecast.backtest.seconds if forecast.backtest else {}).items():
            seconds[name].append(took)
        served[forecast.choice.name] += 1
        changed.update(filled=tested.known.filled, merged=tested.known.merged)
        scored = score_forecast(
            forecast, tested.known.values, tested.actual, question.season, tested.steps
        )
        for name, figures in scored.items():
            rows[name].append(figures)
    if not rows:
        raise InsufficientData(NO_SERIES, needed=question.horizon + 1)
    told = {
        name: {**mean_figures(each), "seconds_per_series": float(np.mean(seconds[name]))}
        for name, each in rows.items()
    }
    return finite(
        {
            CHOSEN: told.pop(CHOSEN),
            "candidates": told,
            "series": len(rows[CHOSEN]),
            "served": dict(served.most_common()),
            "left_out": dict(left_out),
            "notes": _notes(changed, left_out),
        }
    )


def _check(frame: pd.DataFrame, question: SeriesQuestion) -> None:
    named = [question.id_column, question.time_column, question.value_column, *question.drivers]
    for name in named:
        if name and name not in frame.columns:
            raise Refused.by_msgid(NO_COLUMN, name=name)
    for name in named:
        if name and named.count(name) > 1:
            raise Refused.by_msgid(SAME_COLUMN, name=name)
    most = 1 if question.most is None else question.most
    if min(question.horizon, question.season, most) < 1:
        raise Refused.by_msgid(AT_LEAST_ONE)


def _series(frame: pd.DataFrame, question: SeriesQuestion) -> Iterator["_Tested | str"]:
    """Each series in the order of the file, or why it cannot be tested."""
    columns = [question.value_column, *question.drivers]
    cells = plain_cells(frame[columns])
    numbers = [as_numbers(cells[name]) for name in columns]
    for name, found in zip(columns, numbers, strict=True):
        if not np.isfinite(found).any():
            message = NO_NUMBERS if name == question.value_column else NO_DRIVER
            raise Refused.by_msgid(message, name=name)
    moments, is_date = moments_in(frame[question.time_column])
    ids = frame[question.id_column] if question.id_column else pd.Series("", index=frame.index)
    table = pd.DataFrame({"moment": moments, "value": numbers[0], "id": ids.to_numpy()})
    drivers = pd.DataFrame(dict(zip(question.drivers, numbers[1:], strict=True)), table.index)
    table = table[np.isfinite(table["moment"])]
    for number, (_name, own) in enumerate(table.groupby("id", sort=False)):
        if number == question.most:
            return
        moments_of, values_of = own["moment"].to_numpy(), own["value"].to_numpy()
        yield _withheld(moments_of, values_of, drivers.loc[own.index], question, is_date)


def _withheld(
    moments: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    drivers: pd.DataFrame,
    question: SeriesQuestion,
    is_date: bool,
) -> "_Tested | str":
    """The last values of a series, apart from those before."""
    at = number_periods(moments, is_date=is_date)
    periods = np.unique(at[np.isfinite(values)])
    if len(periods) <= question.horizon:
        return TOO_SHORT
    is_known = at < periods[-question.horizon]
    came = at[~is_known & np.isfinite(values)]
    last = pd.Series(values[~is_known & np.isfinite(values)]).groupby(came).mean()
    try:
        known = clean_series(at[is_known], values[is_known])
    except MethodError:
        return UNEVEN
    steps = last.index.to_numpy(dtype=np.int64) - known.last - 1
    if steps[-1] >= MOST_STEPS * question.horizon:
        return UNEVEN
    horizon = max(question.horizon, int(steps[-1]) + 1)
    try:
        planned = steps_of_drivers(drivers.groupby(at).mean(), known, horizon)
    except Refused:
        return NO_DRIVERS
    return _Tested(known, last.to_numpy(dtype=np.float64), steps, planned)


def _forecast(tested: _Tested, question: SeriesQuestion) -> Forecast:
    """By what was known alone; where periods are missing among the last ones, so much further."""
    season, values = question.season, tested.known.values  # noqa: PD011 (no frame)
    horizon = len(tested.drivers) - len(values)
    if not question.drivers:
        return forecast_series(values, season=season, horizon=horizon)
    used = looked_at(len(values), season)
    planned = tested.drivers.iloc[-(used + horizon) :]
    labels = {name: name for name in question.drivers}
    return forecast_driven(values[-used:], planned, season=season, labels=labels, seed=0)[0]


def _notes(changed: Counter[str], left_out: Counter[str]) -> list[str]:
    """What has to be said beside the figures, each in a sentence."""
    sentences = (
        (
            changed["filled"],
            ngettext(
                "%(count)s period without a value was filled in from its neighbours.",
                "%(count)s periods without a value were filled in from their neighbours.",
                changed["filled"],
            ),
        ),
        (
            changed["merged"],
            ngettext(
                "%(count)s value stood beside another one of its period; they count with their mean.",
                "%(count)s values stood beside others of their period; they count with their mean.",
                changed["merged"],
            ),
        ),
        (
            left_out[TOO_SHORT],
            ngettext(
                "%(count)s series has no more values than are withheld; it is left out.",
                "%(count)s series have no more values than are withheld; they are left out.",
                left_out[TOO_SHORT],
            ),
        ),
        (
            left_out[UNEVEN],
            ngettext(
                "%(count)s series has a value in less than half of its periods; it is left out.",
                "%(count)s series have values in less than half of their periods; they are left out.",
                left_out[UNEVEN],
            ),
        ),
        (
            left_out[NO_DRIVERS],
            ngettext(
                "%(count)s series has a driver in less than half of its periods; it is left out.",
                "%(count)s series have drivers in less than half of their periods; they are left out.",
                left_out[NO_DRIVERS],
            ),
        ),
    )
    return [sentence % {"count": count} for count, sentence in sentences if count]
