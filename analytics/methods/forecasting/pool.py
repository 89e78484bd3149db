"""The candidates that forecast every series, the simplest first."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from analytics.methods.forecasting.complex_smoothing import forecast_ces
from analytics.methods.forecasting.floors import naive2, seasonal_naive
from analytics.methods.forecasting.prefixes import Prefixes
from analytics.methods.forecasting.smoothing import forecast_ets
from analytics.methods.forecasting.theta import forecast_theta

__all__ = ["mean_forecast", "within_reason"]

FloatArray = npt.NDArray[np.float64]
Candidate = Callable[[Prefixes], FloatArray]

MEAN = "mean"
RANGES = 3.0  # a forecast this many ranges of the series away from it is not believed


def _each(rule: Callable[[npt.ArrayLike, int, int], FloatArray]) -> Candidate:
    def candidate(prefixes: Prefixes) -> FloatArray:
        said = [
            rule(prefixes.column(one), prefixes.season, prefixes.horizon)
            for one in range(len(prefixes))
        ]
        return np.stack(said) * prefixes.scales[:, None]

    return candidate


FLOORS: Mapping[str, Candidate] = {"seasonal_naive": _each(seasonal_naive), "naive2": _each(naive2)}
MODELS: Mapping[str, Candidate] = {
    "theta": forecast_theta,
    "ets": forecast_ets,
    "ces": forecast_ces,
}
# The mean of the three models is made of them and comes last.
POOL: Mapping[str, Candidate] = {**FLOORS, **MODELS}


def mean_forecast(forecasts: Mapping[str, FloatArray]) -> FloatArray:
    """The mean of the three models; of one that could not be fitted the others.

    Parameters
    ----------
    forecasts : mapping of str to ndarray, shape (p, h)
        By name of the candidate; floors and candidates on demand are not averaged.

    Returns
    -------
    ndarray, shape (p, h)

    References
    ----------
    R. T. Clemen (1989), "Combining forecasts: a review and annotated bibliography", International
    Journal of Forecasting 5, 559–583.

    Examples
    --------
    >>> said = {"theta": np.array([[1.0]]), "ets": np.array([[2.0]]), "ces": np.array([[6.0]])}
    >>> mean_forecast(said).tolist()
    [[3.0]]
    """
    stacked = np.stack([forecasts[name] for name in MODELS if name in forecasts])
    is_said = np.isfinite(stacked)
    total, count = np.where(is_said, stacked, 0.0).sum(axis=0), is_said.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def within_reason(forecasts: FloatArray, prefixes: Prefixes) -> FloatArray:
    """Cut off what lies far outside of what was seen: never negative where nothing ever was.

    Parameters
    ----------
    forecasts : ndarray, shape (p, h)
        Of one candidate.
    prefixes : Prefixes
        What it saw.

    Returns
    -------
    ndarray, shape (p, h)
        Within three ranges of the series beyond its least and greatest value. Where a model
        could not be fitted, the last value.

    Examples
    --------
    >>> seen = Prefixes.of([[1.0, 2.0, 3.0]], 1, 3)
    >>> within_reason(np.array([[-1.0, 4.0, 1e9]]), seen).tolist()
    [[0.0, 4.0, 9.0]]
    """
    found = np.empty(forecasts.shape)
    for one, said in enumerate(forecasts):
        x = prefixes.column(one) * prefixes.scales[one]
        low, high = float(x.min()), float(x.max())
        least = low - RANGES * (high - low)
        least = max(least, 0.0) if low >= 0 else least
        filled = np.where(np.isfinite(said), said, x[-1])
        found[one] = filled.clip(least, high + RANGES * (high - low))
    return found
