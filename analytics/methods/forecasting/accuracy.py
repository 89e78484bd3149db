"""How far forecasts were off, in the measures of the M4 competition."""

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["covered_share", "mase", "mase_scale", "owa", "smape"]

FloatArray = npt.NDArray[np.float64]


def smape(actual: npt.ArrayLike, said: npt.ArrayLike) -> float:
    """Symmetric mean absolute percentage error.

    Parameters
    ----------
    actual, said : array_like, shape (h,)
        What came and what was forecast.

    Returns
    -------
    float
        Per cent, 0–200. Where both are 0 there is no error.

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``unequal_lengths``.

    References
    ----------
    S. Makridakis, E. Spiliotis, V. Assimakopoulos (2020), "The M4 Competition", International Journal
    of Forecasting 36, 54–74: 2/h · Σ |y − f| / (|y| + |f|) · 100 %.

    Examples
    --------
    >>> round(smape([100, 0], [110, 0]), 4)
    4.7619
    """
    y, f = _pair(actual, said)
    size = np.abs(y) + np.abs(f)
    return float(200 * np.mean(np.abs(y - f) / np.where(size > 0, size, 1.0)))


def mase_scale(known: npt.ArrayLike, season: int) -> float:
    """Mean absolute error of the seasonal naive forecast one step ahead in what was known.

    Parameters
    ----------
    known : array_like, shape (n,)
        The series up to the forecast.
    season : int
        Steps in a season; a series that is no longer than one is compared step by step.

    Returns
    -------
    float
        NaN for a single value; 0 for a constant.

    Examples
    --------
    >>> mase_scale([1, 2, 4, 7], 1), mase_scale([1, 2, 4, 7], 2)
    (2.0, 4.0)
    """
    x = np.asarray(known, dtype=np.float64)
    lag = season if len(x) > season else 1
    return float(np.abs(x[lag:] - x[:-lag]).mean()) if len(x) > 1 else float("nan")


def mase(actual: npt.ArrayLike, said: npt.ArrayLike, known: npt.ArrayLike, season: int) -> float:
    """Mean absolute scaled error.

    Parameters
    ----------
    actual, said : array_like, shape (h,)
        What came and what was forecast.
    known : array_like, shape (n,)
        The series up to the forecast.
    season : int
        Steps in a season.

    Returns
    -------
    float
        NaN where the series never changed, or holds one value.

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``unequal_lengths``.

    References
    ----------
    R. J. Hyndman, A. B. Koehler (2006), "Another look at measures of forecast accuracy",
    International Journal of Forecasting 22, 679–688.

    Examples
    --------
    >>> mase([8, 10], [9, 12], [1, 2, 4, 7], 1)
    0.75
    """
    y, f = _pair(actual, said)
    scale = mase_scale(known, season)
    return float(np.abs(y - f).mean() / scale) if scale > 0 else float("nan")


def owa(smapes: tuple[float, float], mases: tuple[float, float]) -> float:
    """Overall weighted average: both measures beside those of Naive2, averaged.

    Parameters
    ----------
    smapes, mases : (float, float)
        Mean over all series of the method and of Naive2.

    Returns
    -------
    float
        Below 1 the method is better than Naive2. NaN where Naive2 makes no error.

    References
    ----------
    S. Makridakis, E. Spiliotis, V. Assimakopoulos (2020), "The M4 Competition", International Journal
    of Forecasting 36, 54–74.

    Examples
    --------
    >>> round(owa((11.374, 13.564), (1.536, 1.912)), 3)  # the winner of M4 beside Naive2
    0.821
    """
    return float(
        np.mean([found / naive if naive > 0 else np.nan for found, naive in (smapes, mases)])
    )


def covered_share(actual: npt.ArrayLike, lower: npt.ArrayLike, upper: npt.ArrayLike) -> float:
    """Share of what came that lies within a band.

    Parameters
    ----------
    actual, lower, upper : array_like, shape (h,)
        Ends belong to the band.

    Returns
    -------
    float
        0–1.

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``unequal_lengths``.

    Examples
    --------
    >>> covered_share([1, 2, 3, 9], [0, 0, 0, 0], [5, 5, 5, 5])
    0.75
    """
    y, low = _pair(actual, lower)
    _y, high = _pair(actual, upper)
    return float(((y >= low) & (y <= high)).mean())


def _pair(actual: npt.ArrayLike, said: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    y, f = np.asarray(actual, dtype=np.float64), np.asarray(said, dtype=np.float64)
    if y.shape != f.shape:
        raise InvalidData("unequal_lengths", f"{f.shape} forecasts for {y.shape} values")
    if not y.size:
        raise InsufficientData("empty", needed=1, found=0)
    return y, f
