"""Whether a series has a season, and its indices."""

import numpy as np
import numpy.typing as npt

__all__ = ["has_season", "seasonal_indices"]

FloatArray = npt.NDArray[np.float64]

NORMAL_90 = 1.645


def has_season(values: npt.ArrayLike, season: int) -> bool:
    """Whether the autocorrelation at the season's lag is beyond chance, as the M4 competition asks.

    Parameters
    ----------
    values : array_like, shape (n,)
        Finite.
    season : int
        Steps in a season.

    Returns
    -------
    bool
        False for fewer than three seasons, for a season of one step and for a constant.

    References
    ----------
    S. Makridakis, E. Spiliotis, V. Assimakopoulos (2020), "The M4 Competition", International Journal
    of Forecasting 36, 54–74: 90 % level, Bartlett's formula.

    Examples
    --------
    >>> has_season([1, 5, 2, 9] * 6, 4), has_season(range(24), 4)
    (True, False)
    """
    x = np.asarray(values, dtype=np.float64)
    if season < 2 or len(x) < 3 * season:
        return False
    x = x - x.mean()
    power = float(x @ x)
    if not power > 1e-24 * len(x):
        return False
    lags = np.array([float(x[lag:] @ x[:-lag]) for lag in range(1, season + 1)]) / power
    limit = NORMAL_90 * np.sqrt((1 + 2 * float((lags[:-1] ** 2).sum())) / len(x))
    return bool(abs(lags[-1]) > limit)


def seasonal_indices(values: npt.ArrayLike, season: int, *, is_ratio: bool) -> FloatArray:
    """Classical decomposition: means of the ratios to (or differences from) the moving average.

    Parameters
    ----------
    values : array_like, shape (n,)
        Finite, at least two seasons; positive for ratios.
    season : int
        Steps in a season, at least 2.
    is_ratio : bool
        Ratios with mean 1, else differences with mean 0.

    Returns
    -------
    ndarray, shape (season,)
        The first belongs to the first value.

    Examples
    --------
    >>> seasonal_indices([1.0, 3.0] * 4, 2, is_ratio=True).tolist()
    [0.5, 1.5]
    """
    x = np.asarray(values, dtype=np.float64)
    weights = np.full(season + 1 - season % 2, 1 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    level = np.convolve(x, weights, "valid")
    before = len(weights) // 2
    middle = x[before : before + len(level)]
    apart = middle / level if is_ratio else middle - level
    place = (np.arange(len(level)) + before) % season
    indices = np.bincount(place, apart, season) / np.maximum(np.bincount(place, None, season), 1)
    found: FloatArray = indices / indices.mean() if is_ratio else indices - indices.mean()
    return found
