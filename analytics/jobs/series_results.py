"""A forecast of one series as plain JSON: what is expected, what was tested, what drives it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.errors import InsufficientData
from analytics.methods.forecasting.backtest import Backtest
from analytics.methods.forecasting.backtest_figures import backtest_figures, figures_by_step
from analytics.methods.forecasting.drivers import fit_drivers
from analytics.methods.forecasting.effects import effects_in_percent
from analytics.methods.forecasting.forecast import Forecast

FloatArray = npt.NDArray[np.float64]

FLOOR = "seasonal_naive"
SHOWN_STEPS = 5
SIGNIFICANT = 6  # digits that are kept of the greatest value


@dataclass(frozen=True)
class Note:
    """A msgid with its values."""

    message: str
    args: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        return {"message": self.message, "args": self.args}


def result_of(forecast: Forecast, values: FloatArray, season: int) -> dict[str, Any]:
    """All that the page shows of one series, in no language."""
    choice, tested = forecast.choice, forecast.backtest
    digits = SIGNIFICANT - int(np.floor(np.log10(np.abs(values).max())))
    found: dict[str, Any] = {
        "season": season,
        "horizon": len(forecast.ahead),
        "values": values.round(digits).tolist(),
        "serves": {"name": choice.name, "reason": choice.reason, "gain": choice.gain},
        "methods": {},
        "candidates": {},
    }
    if tested is None:
        bands = (forecast.lower, forecast.upper)
        found["methods"][choice.name] = _method(forecast.ahead, bands, digits) | {
            "by_step": [],
            "tested": [],
        }
        return found
    found["candidates"] = backtest_figures(values, tested, season=season)
    found["origins"] = len(tested.origins)
    for name, ahead in tested.ahead.items():
        found["methods"][name] = _method(ahead, forecast.bands_of(name), digits) | {
            "by_step": _by_step(tested, name),
            "tested": _said_before(tested, name, digits),
        }
    return found


def _method(ahead: FloatArray, bands: tuple[FloatArray, FloatArray], digits: int) -> dict[str, Any]:
    names = ("ahead", "lower", "upper")
    rows = zip(names, (ahead, *bands), strict=True)
    return {name: row.round(digits).tolist() for name, row in rows}


def is_clear(effect: dict[str, Any]) -> bool:
    """Whether the interval of an effect leaves no doubt of its sign."""
    return bool(effect["usable"]) and effect["lower"] * effect["upper"] > 0


def _by_step(tested: Backtest, name: str) -> list[dict[str, Any]]:
    """Errors at some steps ahead, beside those of the floor."""
    own, floor = figures_by_step(tested, name), figures_by_step(tested, FLOOR)
    steps = np.unique(np.linspace(1, len(own), min(SHOWN_STEPS, len(own))).round().astype(int))
    return [
        {
            "step": int(step),
            "smape": own[step - 1]["smape"],
            "floor": floor[step - 1]["smape"],
            "coverage80": own[step - 1]["coverage80"],
        }
        for step in steps
        if own[step - 1]["count"]
    ]


def _said_before(tested: Backtest, name: str, digits: int) -> list[dict[str, Any]]:
    """Of each period after the first origin what was said of it last before it came."""
    said: dict[int, float] = {}
    for origin, ahead in zip(tested.origins, tested.said[name], strict=True):
        for step, value in enumerate(ahead):
            if origin + step < tested.length:
                said[int(origin) + step] = round(float(value), digits)
    return [{"place": place, "said": said[place]} for place in sorted(said)]


def effects_of(
    values: FloatArray, drivers: pd.DataFrame, season: int, labels: dict[str, str]
) -> dict[str, Any]:
    """What each driver goes along with, and how much all of them explain."""
    if drivers.empty or not len(drivers.columns):
        return {"effects": [], "explained": None}
    try:
        table = effects_in_percent(values, drivers, season=season)
        explained = fit_drivers(values, drivers, season=season).explained
    except InsufficientData:
        return {"effects": [], "explained": None, "has_few_rows": True}
    effects = [
        {
            "name": labels[str(name)],
            "lag": int(str(name).rpartition("−")[2]) if str(name) != labels[str(name)] else 0,
            "effect": float(row["effect"]),
            "lower": float(row["lower"]),
            "upper": float(row["upper"]),
            "unit": str(row["unit"]),
            "step": float(row["step"]),
            "usable": bool(row["usable"]),
        }
        for name, row in table.iterrows()
    ]
    return {"effects": effects, "explained": explained}
