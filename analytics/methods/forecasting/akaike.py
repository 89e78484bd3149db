"""Akaike's criterion and the averages it gives."""

import numpy as np
import numpy.typing as npt

__all__ = ["akaike_average", "corrected_aic"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def corrected_aic(
    deviance: npt.ArrayLike, parameters: npt.ArrayLike, n: npt.ArrayLike
) -> FloatArray:
    """Akaike's information criterion for small samples.

    Parameters
    ----------
    deviance : array_like
        Minus twice the logarithm of the likelihood.
    parameters, n : array_like of int
        Estimated values (the variance counted), and observations.

    Returns
    -------
    ndarray
        Infinite where there are too few observations for so many parameters.

    References
    ----------
    C. M. Hurvich, C.-L. Tsai (1989), Biometrika 76, 297–307.

    Examples
    --------
    >>> corrected_aic([10.0, 10.0], [2, 3], [10, 4]).round(2).tolist()
    [15.71, inf]
    """
    k = np.asarray(parameters, dtype=np.float64)
    left = np.asarray(n) - k - 1
    correction = np.where(left > 0, 2 * k * (k + 1) / np.where(left > 0, left, 1.0), np.inf)
    found: FloatArray = np.asarray(deviance, dtype=np.float64) + 2 * k + correction
    return found


def akaike_average(criteria: FloatArray, forecasts: FloatArray) -> FloatArray:
    """Forecasts of several models, weighted by exp(−Δ/2) of their criterion.

    Parameters
    ----------
    criteria : ndarray, shape (f, p)
        Of each model for each series; what is not finite has no weight.
    forecasts : ndarray, shape (f, p, h)
        Of each model for each series.

    Returns
    -------
    ndarray, shape (p, h)
        NaN where no model has a finite criterion and finite forecasts.

    References
    ----------
    K. P. Burnham, D. R. Anderson (2002), "Model Selection and Multimodel Inference", Springer.

    Examples
    --------
    >>> akaike_average(np.array([[1.0], [1.0], [np.inf]]), np.array([[[2.0]], [[4.0]], [[9.0]]]))
    array([[3.]])
    """
    is_usable = np.isfinite(criteria) & np.isfinite(forecasts).all(axis=2)
    kept = np.where(is_usable, criteria, np.inf)
    best = kept.min(axis=0)
    apart = np.where(is_usable, kept - np.where(np.isfinite(best), best, 0.0), np.inf)
    weights = np.exp(-apart / 2)
    sums = weights.sum(axis=0)
    said = np.where(is_usable[:, :, None], forecasts, 0.0)
    total = (weights[:, :, None] * said).sum(axis=0)
    found: FloatArray = np.where(sums > 0, 1.0, np.nan)[:, None] * total
    return found / np.where(sums > 0, sums, 1.0)[:, None]
