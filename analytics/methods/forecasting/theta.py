"""The dynamic optimised Theta model, of several series at once."""

import numpy as np
import numpy.typing as npt

from analytics.methods.forecasting.prefixes import Prefixes
from analytics.methods.forecasting.seasonality import has_season, seasonal_indices

__all__ = ["forecast_theta"]

FloatArray = npt.NDArray[np.float64]

SMOOTHING = np.linspace(0.1, 0.99, 60)
LEAST_INDEX = 0.01  # of a seasonal ratio, to divide by
FIRST_ERROR = 2  # a line through fewer points says nothing


def forecast_theta(prefixes: Prefixes) -> FloatArray:
    """Forecast by simple exponential smoothing and a weighted line that is drawn anew at each step.

    Given the smoothing parameter the errors are linear in the first level and in the weight
    1 − 1/θ of the line, so these come from least squares, and the parameter from 60 values.

    Parameters
    ----------
    prefixes : Prefixes
        Series.

    Returns
    -------
    ndarray, shape (p, horizon)
        Seasonally adjusted before and after where the series has a season.

    References
    ----------
    J. A. Fiorucci et al. (2016), "Models for optimising the theta method and their relationship to
    state space models", International Journal of Forecasting 32, 1151–1161 (DOTM).

    Examples
    --------
    >>> line = Prefixes.of([[10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 22.0, 24.0]], 1, 2)
    >>> forecast_theta(line).round(1).tolist()
    [[26.0, 28.0]]
    """
    adjusted, indices, is_ratio = _adjust(prefixes)
    means, slopes = _lines(adjusted)
    alpha, weight, level = _fit(adjusted, prefixes.lengths, means, slopes)
    ahead = _ahead(adjusted, prefixes, alpha, weight, level)
    found = np.where(is_ratio[:, None], ahead * indices, ahead + indices)
    return np.asarray(found * prefixes.scales[:, None], dtype=np.float64)


def _adjust(prefixes: Prefixes) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Adjusted values, the indices of the steps ahead, and whether they are ratios."""
    adjusted = prefixes.values.copy()
    ahead = np.zeros((len(prefixes), prefixes.horizon))
    ratio = np.zeros(len(prefixes), dtype=bool)
    season = prefixes.season
    for number, length in enumerate(prefixes.lengths):
        x = prefixes.column(number)
        if not has_season(x, season):
            continue
        is_ratio = bool(x.min() > 0)
        indices = seasonal_indices(x, season, is_ratio=is_ratio)
        if is_ratio and indices.min() < LEAST_INDEX:
            is_ratio, indices = False, seasonal_indices(x, season, is_ratio=False)
        own = indices[np.arange(length) % season]
        adjusted[:length, number] = x / own if is_ratio else x - own
        ahead[number] = indices[(length + np.arange(prefixes.horizon)) % season]
        ratio[number] = is_ratio
    return adjusted, ahead, ratio


def _lines(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Intercept and slope of the line through the first 1, 2, 3 … values of each column."""
    step = np.arange(1.0, len(values) + 1)[:, None]
    mean, moment = np.cumsum(values, axis=0) / step, np.cumsum(step * values, axis=0) / step
    slope = np.zeros(values.shape)
    slope[1:] = 6 / (step[1:] ** 2 - 1) * (2 * moment[1:] - (1 + step[1:]) * mean[1:])
    return mean - (step + 1) / 2 * slope, slope


def _line_term(
    alpha: FloatArray, step: int | npt.NDArray[np.int64], mean: FloatArray, slope: FloatArray
) -> FloatArray:
    left = (1 - alpha) ** step
    found: FloatArray = left * mean + (1 - left * (1 - alpha)) / alpha * slope
    return found


def _fit(
    values: FloatArray, lengths: npt.NDArray[np.int64], means: FloatArray, slopes: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The best smoothing of each column, the weight of its line, and its last level."""
    alpha = np.broadcast_to(SMOOTHING[:, None], (len(SMOOTHING), len(lengths)))
    level, share = np.zeros(alpha.shape), np.ones(alpha.shape)
    last_level, last_share = level, share
    sums = np.zeros((6, *alpha.shape))
    for step, row in enumerate(values):
        if step >= FIRST_ERROR:
            error = row - level
            line = _line_term(alpha, step, means[step - 1], slopes[step - 1])
            products = (share**2, line**2, share * line, share * error, line * error, error**2)
            sums += np.stack(products) * (step < lengths)
        level, share = level + alpha * (row - level), (1 - alpha) * share
        is_last = lengths == step + 1
        if is_last.any():
            last_level = np.where(is_last, level, last_level)
            last_share = np.where(is_last, share, last_share)
    weight, first, squares = _least_squares(sums)
    best = squares.argmin(axis=0)
    chosen = (best, np.arange(len(lengths)))
    return SMOOTHING[best], weight[chosen], (last_level + last_share * first)[chosen]


def _least_squares(sums: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weight of the line within 0–1, first level, and the sum of squares they leave."""
    gg, kk, gk, ge, ke, ee = sums
    determinant = gg * kk - gk**2
    is_sound = determinant > 1e-12 * gg * kk
    weight = np.where(is_sound, (gg * ke - gk * ge) / np.where(is_sound, determinant, 1.0), 0.0)
    weight = weight.clip(0.0, 1.0)
    first = np.where(gg > 0, (ge - weight * gk) / np.where(gg > 0, gg, 1.0), 0.0)
    left = ee + first**2 * gg + weight**2 * kk
    left += 2 * (first * weight * gk - first * ge - weight * ke)
    return weight, first, left


def _ahead(
    values: FloatArray, prefixes: Prefixes, alpha: FloatArray, weight: FloatArray, level: FloatArray
) -> FloatArray:
    """Step by step, each forecast taken for what happened."""
    steps = np.arange(1.0, len(values) + 1)[:, None]
    total, moment = values * (steps <= prefixes.lengths), None
    moment = (steps * total).sum(axis=0)
    total = total.sum(axis=0)
    found = np.empty((len(prefixes), prefixes.horizon))
    for ahead in range(prefixes.horizon):
        n = prefixes.lengths + ahead
        slope = 6 / np.maximum(n**2 - 1, 1) * (2 * moment / n - (1 + n) * total / n) * (n > 1)
        mean = total / n - (n + 1) / 2 * slope
        said = level + weight * _line_term(alpha, n, mean, slope)
        found[:, ahead] = said
        level = level + alpha * (said - level)
        total, moment = total + said, moment + (n + 1) * said
    return found
