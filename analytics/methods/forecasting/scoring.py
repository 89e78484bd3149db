"""A forecast beside what came: the figures of one series, and of many."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData
from analytics.methods.forecasting.accuracy import covered_share, mase, owa, smape
from analytics.methods.forecasting.floors import naive2
from analytics.methods.forecasting.forecast import Forecast

__all__ = ["mean_figures", "score_forecast"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Figures = dict[str, float]

CHOSEN = "chosen"


def score_forecast(
    forecast: Forecast,
    known: npt.ArrayLike,
    actual: npt.ArrayLike,
    season: int,
    steps: IntArray | None = None,
) -> dict[str, Figures]:
    """Figures of what served and of each candidate in one series.

    Parameters
    ----------
    forecast : Forecast
        Made from `known`.
    known : array_like, shape (n,)
        The series up to the forecast.
    actual : array_like, shape (k,)
        What came.
    season : int
        Steps in a season.
    steps : ndarray of int, shape (k,), optional
        How many steps ahead each lies, from 0; all in a row if None.

    Returns
    -------
    dict of str to dict
        ``smape``, ``mase``, ``coverage80``, ``coverage95``, and of Naive2 on the same series
        ``naive_smape`` and ``naive_mase``; under ``chosen`` and under the candidates' names.

    Raises
    ------
    InsufficientData
        ``empty``.

    Examples
    --------
    >>> from analytics.methods.forecasting.forecast import forecast_series
    >>> known = np.tile([10.0, 12.0, 11.0, 15.0], 8)
    >>> found = score_forecast(forecast_series(known, season=4, horizon=2), known, [10, 12], 4)
    >>> found["chosen"]["smape"], found["naive2"]["coverage80"]
    (0.0, 1.0)
    """
    y = np.asarray(actual, dtype=np.float64)
    if not y.size:
        raise InsufficientData("empty", needed=1, found=0)
    at = np.arange(len(y)) if steps is None else steps
    floor = naive2(known, season, len(forecast.ahead))[at]
    yardstick = {
        "naive_smape": smape(y, floor),
        "naive_mase": mase(y, floor, known, season),
    }

    def figures(ahead: FloatArray, lower: FloatArray, upper: FloatArray) -> Figures:
        return {
            "smape": smape(y, ahead[at]),
            "mase": mase(y, ahead[at], known, season),
            "coverage80": covered_share(y, lower[0, at], upper[0, at]),
            "coverage95": covered_share(y, lower[1, at], upper[1, at]),
            **yardstick,
        }

    found = {CHOSEN: figures(forecast.ahead, forecast.lower, forecast.upper)}
    if forecast.backtest is not None:
        for name, ahead in forecast.backtest.ahead.items():
            found[name] = figures(ahead, *forecast.bands_of(name))
    return found


def mean_figures(rows: Sequence[Mapping[str, float]]) -> Figures:
    """Means over series, and OWA from them, as the M4 competition has it.

    Parameters
    ----------
    rows : sequence of mapping
        From `score_forecast`, of one method. A series that never changed has no MASE and does not
        count in it.

    Returns
    -------
    dict of str to float
        ``smape``, ``mase``, ``owa``, ``coverage80``, ``coverage95``.

    Raises
    ------
    InsufficientData
        ``empty``.

    Examples
    --------
    >>> row = {"smape": 8.0, "mase": 1.0, "coverage80": 0.5, "coverage95": 1.0}
    >>> mean_figures([row | {"naive_smape": 10.0, "naive_mase": 1.0}])["owa"]
    0.9
    """
    if not rows:
        raise InsufficientData("empty", needed=1, found=0)

    def mean(name: str) -> float:
        values = np.array([row[name] for row in rows])
        values = values[np.isfinite(values)]
        return float(values.mean()) if values.size else float("nan")

    smapes, mases = (mean("smape"), mean("naive_smape")), (mean("mase"), mean("naive_mase"))
    return {
        "smape": smapes[0],
        "mase": mases[0],
        "owa": owa(smapes, mases),
        "coverage80": mean("coverage80"),
        "coverage95": mean("coverage95"),
    }
