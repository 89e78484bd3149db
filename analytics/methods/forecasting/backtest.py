"""Forecasts from several moments of the past, beside what came."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData
from analytics.methods.forecasting.pool import MEAN, POOL, Candidate, mean_forecast, within_reason
from analytics.methods.forecasting.prefixes import Prefixes

__all__ = ["Backtest", "backtest_series", "origins_of"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SHORTEST = 10  # values below which nothing can be tested
SEASONS = 3  # to learn from at the first origin: fewer teach nobody the season
FIRST = 6  # values that a candidate sees at least
ORIGINS = 10
FEWEST = 4


@dataclass(frozen=True)
class Backtest:
    """What each candidate said at each origin, what came, and what it says now.

    Parameters
    ----------
    origins : ndarray of int, shape (k,)
        How many values were known.
    actual : ndarray, shape (k, h)
        What came; NaN beyond the end of the series.
    said : mapping of str to ndarray, shape (k, h)
        By candidate.
    ahead : mapping of str to ndarray, shape (h,)
        By candidate, from the end of the series.
    seconds : mapping of str to float
        What each took, with all origins.
    length : int
        Of the series.

    Examples
    --------
    >>> found = backtest_series(np.arange(20.0), season=1, horizon=2)
    >>> bool(found.mean_errors("theta").mean() < found.mean_errors("naive2").mean())
    True
    """

    origins: IntArray
    actual: FloatArray
    said: Mapping[str, FloatArray]
    ahead: Mapping[str, FloatArray]
    seconds: Mapping[str, float]
    length: int

    def errors(self, name: str) -> FloatArray:
        """What came less what was said, shape (k, h); NaN where nothing came yet."""
        found: FloatArray = self.actual - self.said[name]
        return found

    def mean_errors(self, name: str) -> FloatArray:
        """Mean absolute error of each origin, shape (k,)."""
        found: FloatArray = np.nanmean(np.abs(self.errors(name)), axis=1)
        return found

    @property
    def independent(self) -> float:
        """How many horizons fit between the first origin and the end: errors overlap beyond."""
        return max(1.0, (self.length - int(self.origins[0])) / int(self.actual.shape[1]))


def origins_of(length: int, season: int, horizon: int, most: int = ORIGINS) -> IntArray:
    """Moments to forecast from, evenly spaced up to near the end.

    Parameters
    ----------
    length : int
        Values of the series.
    season, horizon : int
        Steps.
    most : int
        Origins at most.

    Returns
    -------
    ndarray of int, shape (k,)
        Rising. Three seasons are known at the first one, where that leaves half of the series or two
        horizons; from the last ones only the first third of the horizon or more can be compared.

    Raises
    ------
    InsufficientData
        ``few_rows`` below ten values.

    References
    ----------
    L. J. Tashman (2000), "Out-of-sample tests of forecasting accuracy: an analysis and review",
    International Journal of Forecasting 16, 437–450.

    Examples
    --------
    >>> origins_of(48, 12, 18, most=4).tolist()
    [25, 31, 36, 42]
    """
    if length < SHORTEST:
        raise InsufficientData("few_rows", needed=SHORTEST, found=length)
    third = max(1, horizon // 3)
    learnt = min(SEASONS * season, max(length // 2 + 1, length - 2 * horizon))
    first = max(FIRST, learnt, length - horizon - most * third)
    last = min(length - 1, max(length - third, first + FEWEST - 1))
    first = min(first, last - FEWEST + 1)
    return np.unique(np.linspace(first, last, most).round().astype(np.int64))


def backtest_series(
    values: npt.ArrayLike,
    *,
    season: int,
    horizon: int,
    more: Mapping[str, Candidate] | None = None,
    origins: int = ORIGINS,
) -> Backtest:
    """Let all candidates forecast from several origins and from the end.

    Parameters
    ----------
    values : array_like, shape (n,)
        Finite, evenly spaced in time, the oldest first.
    season, horizon : int
        Steps.
    more : mapping of str to callable, optional
        Candidates on demand, by name.
    origins : int
        At most.

    Returns
    -------
    Backtest
        At each origin a candidate sees nothing of what came later.

    Raises
    ------
    InsufficientData
        ``few_rows`` below ten values.
    InvalidData
        ``not_finite``, ``bad_parameter``.

    Examples
    --------
    >>> found = backtest_series(np.tile([1.0, 5.0], 12), season=2, horizon=2)
    >>> found.ahead["seasonal_naive"].tolist()
    [1.0, 5.0]
    """
    x = np.asarray(values, dtype=np.float64)
    at = origins_of(len(x), season, horizon, origins)
    prefixes = Prefixes.of([*(x[:origin] for origin in at), x], season, horizon)
    said: dict[str, FloatArray] = {}
    seconds: dict[str, float] = {}
    for name, candidate in {**POOL, **(more or {})}.items():
        began = time.perf_counter()
        said[name] = candidate(prefixes)
        seconds[name] = time.perf_counter() - began
    said[MEAN] = mean_forecast(said)
    seconds[MEAN] = sum(seconds[name] for name in ("theta", "ets", "ces"))
    said = {name: within_reason(found, prefixes) for name, found in said.items()}
    padded = np.r_[x, np.full(horizon, np.nan)]
    return Backtest(
        origins=at,
        actual=padded[at[:, None] + np.arange(horizon)],
        said={name: found[:-1] for name, found in said.items()},
        ahead={name: found[-1] for name, found in said.items()},
        seconds=seconds,
        length=len(x),
    )
