"""Forecasts that a model has to beat: the last value, the last season, Naive2."""

import numpy as np
import numpy.typing as npt

from analytics.methods.forecasting.seasonality import has_season, seasonal_indices

__all__ = ["naive2", "seasonal_naive"]

FloatArray = npt.NDArray[np.float64]


def seasonal_naive(values: npt.ArrayLike, season: int, horizon: int) -> FloatArray:
    """What was one season before; the last value where there is no whole season.

    Parameters
    ----------
    values : array_like, shape (n,)
        At least one, finite.
    season, horizon : int
        Steps.

    Returns
    -------
    ndarray, shape (horizon,)

    Examples
    --------
    >>> seasonal_naive([1, 2, 3, 4], 2, 3).tolist()
    [3.0, 4.0, 3.0]
    """
    x = np.asarray(values, dtype=np.float64)
    last = x[-season:] if len(x) >= season else x[-1:]
    found: FloatArray = last[np.arange(horizon) % len(last)]
    return found


def naive2(values: npt.ArrayLike, season: int, horizon: int) -> FloatArray:
    """The last value, seasonally adjusted where there is a season: the yardstick of OWA.

    Parameters
    ----------
    values : array_like, shape (n,)
        At least one, finite.
    season, horizon : int
        Steps.

    Returns
    -------
    ndarray, shape (horizon,)
        Adjusted by ratios as in the M4 competition; by differences where values are not positive.

    References
    ----------
    S. Makridakis, E. Spiliotis, V. Assimakopoulos (2020), "The M4 Competition", International Journal
    of Forecasting 36, 54–74.

    Examples
    --------
    >>> naive2([1.0, 3.0] * 6, 2, 3).round(6).tolist()
    [1.0, 3.0, 1.0]
    """
    x = np.asarray(values, dtype=np.float64)
    if not has_season(x, season):
        return np.full(horizon, x[-1])
    ahead, is_ratio = (len(x) + np.arange(horizon)) % season, bool(x.min() > 0)
    indices = seasonal_indices(x, season, is_ratio=is_ratio)
    last = indices[(len(x) - 1) % season]
    found: FloatArray = x[-1] / last * indices[ahead] if is_ratio else x[-1] - last + indices[ahead]
    return found
