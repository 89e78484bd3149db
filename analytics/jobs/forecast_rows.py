"""One series forecast, tested and told, as it is stored."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.choices import Grain
from analytics.datasets.calendar import HORIZONS, SEASONS
from analytics.datasets.series import Series
from analytics.jobs.finite_json import finite
from analytics.methods.forecasting.backtest import Backtest
from analytics.methods.forecasting.bands import band_widths
from analytics.methods.forecasting.forecast import Forecast, forecast_series
from analytics.methods.forecasting.totals import total_ahead

FloatArray = npt.NDArray[np.float64]

BASELINE = "seasonal_naive"
LEVEL = 0.8
# Steps ahead of which the backtest is told.
STEPS = {
    Grain.DAY: (1, 7, 14, 30),
    Grain.WEEK: (1, 2, 4, 8, 12),
    Grain.MONTH: (1, 2, 3, 6, 12),
}
# Periods whose total is told: about a quarter, of days a month.
TOTALS = {Grain.DAY: 30, Grain.WEEK: 12, Grain.MONTH: 3}
DIGITS = 2


def forecast_row(series: Series) -> dict[str, Any]:
    """The columns of `ForecastSeries` that a series has by itself."""
    grain = Grain(series.grain)
    found = forecast_series(series.values, season=SEASONS[grain], horizon=HORIZONS[grain])
    return finite(
        {
            "measure": series.measure,
            "grain": series.grain,
            "cut": series.cut,
            "key": series.key,
            "values": _rounded(series.values),
            "ahead": _rounded(found.ahead),
            "lower": [_rounded(each) for each in found.lower],
            "upper": [_rounded(each) for each in found.upper],
            "spread": _spread(series.values, found),
            "is_never_negative": found.never_negative,
            "chosen": found.choice.name,
            "reason": found.choice.reason,
            "gain": round(found.choice.gain, 4),
            "candidates": _candidates(found.backtest),
            "backtest": _told(found.backtest, found.choice.name, STEPS[grain], series.values)
            | _total(series.values, found, TOTALS[grain]),
        }
    ) | {"first": series.first}


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(float(value), DIGITS) for value in values]


def _spread(values: FloatArray, found: Forecast) -> float:
    """Root mean square of the errors; of a short series how much it scatters."""
    if found.backtest is None:
        return float(values.std(ddof=1)) if len(values) > 1 else abs(float(values[0]))
    errors = found.backtest.errors(found.choice.name)
    return float(np.sqrt(np.nanmean(errors**2)))


def _candidates(backtest: Backtest | None) -> list[dict[str, Any]]:
    """Mean absolute error of each, also as a share of what came, and what it took."""
    if backtest is None:
        return []
    size = float(np.nanmean(np.abs(backtest.actual)))
    errors = {name: float(backtest.mean_errors(name).mean()) for name in backtest.said}
    return [
        {
            "name": name,
            "error": round(error, 4),
            "share": round(error / size, 4) if size else None,
            "seconds": round(backtest.seconds[name], 3),
        }
        for name, error in errors.items()
    ]


def _told(
    backtest: Backtest | None, chosen: str, steps: Iterable[int], values: FloatArray
) -> dict[str, Any]:
    if backtest is None:
        return {}
    inside = _held_out(backtest, chosen)
    own = float(backtest.mean_errors(chosen).mean())
    floor = float(backtest.mean_errors(BASELINE).mean())
    told = [_step(backtest, chosen, inside, step) for step in steps]
    cut = len(values) - backtest.length  # of long series the last values are looked at
    return {
        "origins": [int(origin) + cut for origin in backtest.origins],
        "said": [_rounded(row) for row in backtest.said[chosen]],
        "steps": [each for each in told if each is not None],
        "covered": round(float(np.nanmean(inside)), 4),
        "beats": own < floor,
    }


def _total(values: FloatArray, found: Forecast, steps: int) -> dict[str, Any]:
    """How the sum of some periods is said best, of a series that is too short to be tested as well."""
    total = total_ahead(values, found, steps)
    return {
        "total": {
            "steps": steps,
            "origins": total.origins,
            "serves": total.serves,
            "last": round(total.last, DIGITS),
            "model_error": round(total.model_error, 4),
            "last_error": round(total.last_error, 4),
        }
    }


def _held_out(backtest: Backtest, chosen: str) -> FloatArray:
    """1 where what came lay in the 80 % band made of the errors from all other origins, shape (k, h)."""
    errors = backtest.errors(chosen)
    inside = np.full(errors.shape, np.nan)
    for one in range(len(errors)):
        others = np.delete(errors, one, axis=0)
        width = band_widths(others, backtest.independent, (LEVEL,))[0]
        inside[one] = np.where(np.isfinite(errors[one]), np.abs(errors[one]) <= width, np.nan)
    return inside


def _step(backtest: Backtest, chosen: str, inside: FloatArray, step: int) -> dict[str, Any] | None:
    """Errors so many steps ahead as shares of what came; nothing where no origin lies so far back."""
    at = step - 1
    came = backtest.actual[:, at]
    known = np.isfinite(came)
    if not known.any():
        return None
    size = float(np.abs(came[known]).sum())

    def share(name: str) -> float | None:
        off = float(np.abs(backtest.errors(name)[known, at]).sum())
        return round(off / size, 4) if size else None

    return {
        "step": step,
        "origins": int(known.sum()),
        "error": share(chosen),
        "baseline": share(BASELINE),
        "covered": round(float(inside[known, at].mean()), 4),
    }
