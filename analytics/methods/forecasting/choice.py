"""Which candidate serves."""

from dataclasses import dataclass

import numpy as np

from analytics.methods.forecasting.backtest import Backtest
from analytics.methods.forecasting.pool import MEAN

__all__ = ["ForecastChoice", "choose_candidate"]

SURE = 2.0  # standard errors
EXACT = 1e-9  # of the greatest value: no error worth the name


@dataclass(frozen=True)
class ForecastChoice:
    """Which candidate serves, and by how much another one was better or worse.

    Parameters
    ----------
    name : str
        Of the candidate.
    reason : {"exact", "clearly_better", "mean_not_beaten", "favoured"}
        Why this one.
    gain : float
        How much smaller its mean absolute error is than that of the mean of the models, 0–1.

    Examples
    --------
    >>> ForecastChoice("mean", "mean_not_beaten", 0.0).name
    'mean'
    """

    name: str
    reason: str
    gain: float


def choose_candidate(backtest: Backtest, favoured: str = "") -> ForecastChoice:
    """The mean of the models, unless the backtest's best is better by more than two standard errors.

    A few overlapping errors tell little, and the best of six in them is often the luckiest; the
    mean seldom loses much. The standard error is that of the paired difference, as if only so many
    origins were independent as horizons fit between them.

    Parameters
    ----------
    backtest : Backtest
        Errors of all candidates.
    favoured : str, optional
        A candidate that evidence beyond the backtest speaks for, such as a regression whose drivers
        have clear effects. Where its error is smaller than that of the mean, it takes its place.

    Returns
    -------
    ForecastChoice
        The simplest one, where it makes no error at all.

    References
    ----------
    F. X. Diebold, R. S. Mariano (1995), "Comparing predictive accuracy", Journal of Business & Economic
    Statistics 13, 253–263; G. Claeskens et al. (2016), "The forecast combination puzzle: a simple
    theoretical explanation", International Journal of Forecasting 32, 754–762.

    Examples
    --------
    >>> from analytics.methods.forecasting.backtest import backtest_series
    >>> steps = np.cumsum(np.tile([1.0, -1.0, -1.0, 1.0], 12))
    >>> choose_candidate(backtest_series(steps, season=4, horizon=4)).name
    'seasonal_naive'
    """
    errors = {name: backtest.mean_errors(name) for name in backtest.said}
    limit = EXACT * float(np.nanmax(np.abs(backtest.actual)))
    mean = errors[MEAN]
    size = float(mean.mean())
    for name, found in errors.items():
        if found.mean() <= limit:
            return ForecastChoice(name, "exact", 1 - float(found.mean()) / size if size else 0.0)
    is_favoured = favoured in errors and errors[favoured].mean() < size
    usual = favoured if is_favoured else MEAN
    best, least = usual, float(errors[usual].mean())
    for name, found in errors.items():
        apart = errors[usual] - found
        spread = float(apart.std(ddof=1)) / np.sqrt(min(backtest.independent, len(apart)))
        if found.mean() < least and apart.mean() > SURE * spread:
            best, least = name, float(found.mean())
    reason = "clearly_better"
    if best == usual:
        reason = "favoured" if is_favoured else "mean_not_beaten"
    return ForecastChoice(best, reason, 1 - least / size)
