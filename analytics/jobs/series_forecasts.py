"""Series of a file with what drives them: read, checked, forecast, told as plain JSON."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.utils.translation import gettext_noop

from analytics.datasets.file_columns import moments_in, plain_cells
from analytics.jobs.series_results import Note, effects_of, is_clear, result_of
from analytics.methods.cells import as_numbers
from analytics.methods.errors import InsufficientData as TooLittle
from analytics.methods.errors import InvalidData
from analytics.methods.forecasting.drivers import drivers_candidate, with_lags
from analytics.methods.forecasting.forecast import Forecast, forecast_series, looked_at
from analytics.methods.forecasting.periods import PeriodGrid, periods_of
from analytics.methods.forecasting.series import CleanSeries, clean_series
from core.errors import Refused

FloatArray = npt.NDArray[np.float64]

MOST_SERIES = 20
SHORTEST = 4
LEAST_KNOWN = 0.5  # of a driver's periods; below, it is too scattered to fill in

NO_COLUMN = gettext_noop("The file has no column “%(name)s”.")
SAME_COLUMN = gettext_noop(
    "“%(name)s” is chosen twice. Time, values, names and drivers are columns of their own."
)
NO_NUMBERS = gettext_noop(
    "“%(name)s” holds no numbers to forecast. Choose the column with the values."
)
NO_TIMES = gettext_noop(
    "“%(name)s” holds no dates or numbers in any row that has a value. Choose the column with the time."
)
TOO_SHORT = gettext_noop(
    "The series is too short: values in it %(found)s, needed at least %(needed)s. Upload a file with more of its past."
)
UNEVEN = gettext_noop(
    "More than half of the periods have no value: the dates lie too unevenly. Sum the values by week or month, or choose the column that names the series."
)
CONSTANT = gettext_noop("All values are the same: there is nothing to forecast.")
NO_SERIES = gettext_noop("None of the series can be forecast. Of the first one: %(reason)s")
NO_DRIVER = gettext_noop("“%(name)s” holds no numbers. Leave it out of the drivers.")
SCATTERED = gettext_noop(
    "“%(name)s” is filled in for less than half of the periods. Fill it in, or leave it out of the drivers."
)
NO_FUTURE = gettext_noop(
    "“%(name)s” is filled in for %(found)s of the %(needed)s steps ahead. Fill in the rows after the last value, choose fewer steps ahead, or choose “Only its past is known”."
)
UNCHANGED = gettext_noop(
    "“%(name)s” never changes while values are known; it tells nothing and is left out."
)
LAGGED = gettext_noop(
    "Of “%(name)s” only the past is known: what it was %(steps)s steps before counts."
)
FILLED = gettext_noop(
    "Periods without a value: %(count)s. They lie on the line between their neighbours."
)
MERGED = gettext_noop(
    "Values beside another one of their period: %(count)s. They count with their mean."
)
FILLED_DRIVER = gettext_noop(
    "Periods without “%(name)s”: %(count)s. They lie on the line between their neighbours."
)
LAST_ONES = gettext_noop("Of %(count)s values the last %(used)s are looked at.")


@dataclass(frozen=True)
class DrivenQuestion:
    """Which columns hold the series and what drives them, how far ahead, and by which season.

    Drivers `ahead` are filled in after the last value, too, as far as the forecast goes; of those of the
    `past` the value one horizon before counts. Without a season the dates tell it.
    """

    time_column: str
    value_column: str
    horizon: int
    season: int | None = None
    id_column: str = ""
    ahead: Sequence[str] = ()
    past: Sequence[str] = ()
    has_arima: bool = False
    seed: int = 0


@dataclass(frozen=True)
class _Rows:
    """The rows of one series: moments, values, drivers."""

    name: str
    moments: FloatArray
    seen: FloatArray
    drivers: pd.DataFrame
    is_date: bool


@dataclass
class _Driven:
    """One series without gaps, and its drivers from its first period to the last step ahead."""

    grid: PeriodGrid
    clean: CleanSeries
    drivers: pd.DataFrame
    labels: dict[str, str]  # column of drivers -> column of the file
    notes: list[Note] = field(default_factory=list)


def forecast_file(
    frame: pd.DataFrame,
    question: DrivenQuestion,
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> dict[str, Any]:
    """Forecasts of all series of a file, twenty at most, and why others have none.

    Raises
    ------
    Refused
        A sentence that says what to change.
    """
    _check(frame, question)
    parts, more = _parts(frame, question)
    found: list[dict[str, Any]] = []
    left_out: list[dict[str, Any]] = []
    reasons: list[Refused] = []
    for number, rows in enumerate(parts):
        progress(number, len(parts))
        try:
            found.append(_forecast(rows, question))
        except Refused as refusal:
            reasons.append(refusal)
            left_out.append(
                {"name": rows.name, "message": refusal.message, "args": refusal.args_by_name}
            )
    if not found:
        if len(reasons) == 1:
            raise reasons[0]
        raise Refused.by_msgid(NO_SERIES, reason=str(reasons[0]))
    return {"series": found, "left_out": left_out, "more": more}


def _check(frame: pd.DataFrame, question: DrivenQuestion) -> None:
    named = [question.time_column, question.value_column, question.id_column]
    named = [name for name in [*named, *question.ahead, *question.past] if name]
    for name in named:
        if name not in frame.columns:
            raise Refused.by_msgid(NO_COLUMN, name=name)
        if named.count(name) > 1:
            raise Refused.by_msgid(SAME_COLUMN, name=name)


def _parts(frame: pd.DataFrame, question: DrivenQuestion) -> tuple[list[_Rows], int]:
    """The series in the order of the file, and how many there are beyond the first twenty."""
    drivers = [*question.ahead, *question.past]
    cells = plain_cells(frame[[question.value_column, *drivers]])
    numbers = pd.DataFrame({name: as_numbers(cells[name]) for name in cells.columns})
    numbers = numbers.replace([np.inf, -np.inf], np.nan)
    for name, message in {
        question.value_column: NO_NUMBERS,
        **dict.fromkeys(drivers, NO_DRIVER),
    }.items():
        if numbers[name].notna().sum() == 0:
            raise Refused.by_msgid(message, name=name)
    moments, is_date = moments_in(frame[question.time_column])
    ids = (
        frame[question.id_column].str.strip() if question.id_column else pd.Series("", frame.index)
    )
    table = numbers.assign(**{_MOMENT: moments.to_numpy(), _ID: ids.to_numpy()})
    table = table[np.isfinite(table[_MOMENT])]
    named = [(str(name), own) for name, own in table.groupby(_ID, sort=False)]
    with_values = [pair for pair in named if pair[1][question.value_column].notna().any()]
    if not with_values:
        raise Refused.by_msgid(NO_TIMES, name=question.time_column)
    rows = [
        _Rows(
            name,
            own[_MOMENT].to_numpy(),
            own[question.value_column].to_numpy(),
            own[drivers],
            is_date,
        )
        for name, own in with_values[:MOST_SERIES]
    ]
    return rows, max(0, len(with_values) - MOST_SERIES)


# No column of a file is called so: headers are stripped.
_MOMENT, _ID = " moment", " id"


def _forecast(rows: _Rows, question: DrivenQuestion) -> dict[str, Any]:
    driven = _driven(rows, question)
    season = question.season or driven.grid.season
    clean, horizon = driven.clean, question.horizon
    used = looked_at(len(clean.values), season)
    values = clean.values[-used:]  # noqa: PD011 (no frame)
    drivers = driven.drivers.iloc[-(used + horizon) :]
    if used < len(clean.values):
        driven.notes.append(Note(LAST_ONES, {"count": len(clean.values), "used": used}))
    forecast, effects = forecast_driven(
        values,
        drivers,
        season=season,
        labels=driven.labels,
        seed=question.seed,
        has_arima=question.has_arima,
    )
    moments = driven.grid.moments(np.arange(clean.last - used + 1, clean.last + horizon + 1))
    return {
        "name": rows.name,
        **result_of(forecast, values, season),
        **effects,
        "unit": driven.grid.unit if rows.is_date else "number",
        "step": driven.grid.step,
        "moments": moments.tolist(),
        "notes": [note.told() for note in driven.notes],
    }


def forecast_driven(
    values: FloatArray,
    drivers: pd.DataFrame,
    *,
    season: int,
    labels: dict[str, str],
    seed: int,
    has_arima: bool = False,
) -> tuple[Forecast, dict[str, Any]]:
    """The forecast of one series with what drives it, and the effects; `drivers` go on as far as it does."""
    # Their libraries cost seconds: forecasts without drivers do without them.
    from analytics.methods.forecasting.lag_network import network_candidate  # noqa: PLC0415

    candidates = {
        "regression": drivers_candidate(drivers),
        "network": drivers_candidate(drivers, network_candidate(seed)),
    }
    if has_arima:
        from analytics.methods.forecasting.arima import arima_candidate  # noqa: PLC0415

        candidates["arima"] = arima_candidate()
    effects = effects_of(values, drivers, season, labels)
    forecast = forecast_series(
        values,
        season=season,
        horizon=len(drivers) - len(values),
        more=candidates,
        # Effects rest on all values, the backtest on the last ones.
        favoured="regression" if any(map(is_clear, effects["effects"])) else "",
    )
    return forecast, effects


def _driven(rows: _Rows, question: DrivenQuestion) -> _Driven:
    """The series on its grid, with its drivers beside and ahead of it."""
    grid = periods_of(rows.moments, is_date=rows.is_date)
    at = grid.numbers(rows.moments)
    try:
        clean = clean_series(at, rows.seen)
    except InvalidData as error:
        raise Refused.by_msgid(UNEVEN) from error
    except TooLittle as error:
        raise Refused.by_msgid(TOO_SHORT, found=0, needed=SHORTEST) from error
    if len(clean.values) < SHORTEST:
        raise Refused.by_msgid(TOO_SHORT, found=len(clean.values), needed=SHORTEST)
    if not np.ptp(clean.values):
        raise Refused.by_msgid(CONSTANT)
    notes = [
        Note(message, {"count": count})
        for message, count in ((FILLED, clean.filled), (MERGED, clean.merged))
        if count
    ]
    driven = _Driven(grid, clean, pd.DataFrame(index=_steps(clean, question.horizon)), {}, notes)
    known = rows.drivers.groupby(at).mean()
    for name in question.ahead:
        _put(driven, name, _ahead(known[name], driven, question.horizon))
    for name in question.past:
        _put(driven, name, _past(known[name], driven, question.horizon), lag=question.horizon)
    return driven


def steps_of_drivers(known: pd.DataFrame, clean: CleanSeries, horizon: int) -> pd.DataFrame:
    """Drivers from the first value to the last step ahead, gaps filled in.

    Raises
    ------
    Refused
        Where one is known in less than half of the steps.
    """
    steps = _steps(clean, horizon)
    columns = {name: _filled(known[name], steps)[0] for name in known.columns}
    return pd.DataFrame(columns, index=steps)


def _steps(clean: CleanSeries, horizon: int) -> "pd.RangeIndex":
    return pd.RangeIndex(clean.first, clean.last + horizon + 1)


def _put(driven: _Driven, name: str, column: "pd.Series[float]", lag: int = 0) -> None:
    """A driver joins unless it never changes while values are known."""
    if not np.ptp(column.loc[: driven.clean.last].to_numpy()):
        driven.notes.append(Note(UNCHANGED, {"name": name}))
        return
    if lag:
        driven.notes.append(Note(LAGGED, {"name": name, "steps": lag}))
    driven.drivers[str(column.name)] = column
    driven.labels[str(column.name)] = name


def _ahead(known: "pd.Series[float]", driven: _Driven, horizon: int) -> "pd.Series[float]":
    """A driver whose future is in the file."""
    steps = driven.drivers.index
    coming = known.reindex(steps).loc[driven.clean.last + 1 :]
    if coming.isna().any():
        raise Refused.by_msgid(
            NO_FUTURE, name=str(known.name), found=int(coming.notna().sum()), needed=horizon
        )
    return _noted(known, steps, driven)


def _past(known: "pd.Series[float]", driven: _Driven, horizon: int) -> "pd.Series[float]":
    """What a driver was one horizon before, so that all steps ahead know it."""
    name, seen = str(known.name), driven.drivers.index[:-horizon]
    column = _noted(known, seen, driven).reindex(driven.drivers.index)
    return with_lags(column.to_frame(name), {name: (horizon,)}).iloc[:, 1]


def _filled(known: "pd.Series[float]", steps: "pd.Index[int]") -> tuple["pd.Series[float]", int]:
    """Without gaps, and how many there were; before the first and after the last one the nearest counts."""
    column = known.reindex(steps)
    missing = int(column.isna().sum())
    if missing > (1 - LEAST_KNOWN) * len(steps):
        raise Refused.by_msgid(SCATTERED, name=str(known.name))
    return column.interpolate(limit_direction="both"), missing


def _noted(
    known: "pd.Series[float]", steps: "pd.Index[int]", driven: _Driven
) -> "pd.Series[float]":
    column, missing = _filled(known, steps)
    if missing:
        driven.notes.append(Note(FILLED_DRIVER, {"name": str(known.name), "count": missing}))
    return column
