"""The forecast of one series: candidates, backtest, choice and bands; of a short one what can be said."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.backtest import SHORTEST, Backtest, backtest_series
from analytics.methods.forecasting.bands import band_widths
from analytics.methods.forecasting.choice import ForecastChoice, choose_candidate
from analytics.methods.forecasting.pool import Candidate

__all__ = ["Forecast", "forecast_series", "looked_at"]

FloatArray = npt.NDArray[np.float64]

LEVELS = (0.8, 0.95)
MOST = 520  # values that are looked at: ten years of weeks
MOST_SEASONS = 4  # and at least so many seasons


@dataclass(frozen=True)
class Forecast:
    """What is expected at each step ahead, with bands, and how that was decided.

    Parameters
    ----------
    ahead : ndarray, shape (h,)
        Expected values.
    lower, upper : ndarray, shape (levels, h)
        Bands of 80 % and of 95 %; NaN where one value alone is known.
    choice : ForecastChoice
        Which candidate serves; ``series_mean`` for a series that is too short for candidates.
    backtest : Backtest or None
        What the choice rests on; None for a series that is too short.
    never_negative : bool
        Whether nothing below 0 was ever seen; then bands end at 0.

    Examples
    --------
    >>> found = forecast_series(np.tile([10.0, 12.0, 11.0, 15.0], 8), season=4, horizon=4)
    >>> found.choice.name, found.ahead.tolist()
    ('seasonal_naive', [10.0, 12.0, 11.0, 15.0])
    """

    ahead: FloatArray
    lower: FloatArray
    upper: FloatArray
    choice: ForecastChoice
    backtest: Backtest | None
    never_negative: bool

    def bands_of(self, name: str) -> tuple[FloatArray, FloatArray]:
        """Bands of any candidate, shape (levels, h) each.

        Raises
        ------
        InvalidData
            ``bad_parameter`` for a series that was too short for candidates.
        """
        if self.backtest is None:
            raise InvalidData("bad_parameter", "a short series has no candidates")
        return _bands(self.backtest, name, never_negative=self.never_negative)


def forecast_series(
    values: npt.ArrayLike,
    *,
    season: int,
    horizon: int,
    more: Mapping[str, Candidate] | None = None,
    favoured: str = "",
) -> Forecast:
    """Forecast a series by the candidate that its backtest speaks for.

    Parameters
    ----------
    values : array_like, shape (n,)
        Finite, evenly spaced in time, the oldest first; see `clean_series`. Of long series the last
        520 values, or four seasons, are looked at.
    season : int
        Steps in a season: 12 for months, 52 for weeks, 7 for days, 1 for none.
    horizon : int
        Steps to forecast.
    more : mapping of str to callable, optional
        Candidates on demand, such as `arima_candidate()`.
    favoured : str, optional
        One of them that evidence beyond the backtest speaks for; see `choose_candidate`.

    Returns
    -------
    Forecast
        With fewer than ten values the mean and its interval. The same values give the same answer.

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``not_finite``, ``bad_parameter``.

    Examples
    --------
    >>> forecast_series([3.0, 5.0, 4.0], season=12, horizon=2).ahead.tolist()
    [4.0, 4.0]
    """
    x = np.asarray(values, dtype=np.float64)
    if season < 1 or horizon < 1:
        raise InvalidData("bad_parameter", "season and horizon must be at least 1")
    if not x.size:
        raise InsufficientData("empty", needed=1, found=0)
    if not np.isfinite(x).all():
        raise InvalidData("not_finite", "values must be finite")
    x = x[-looked_at(len(x), season) :]
    never_negative = bool(x.min() >= 0)
    if len(x) < SHORTEST:
        return _of_short_series(x, horizon, never_negative=never_negative)
    backtest = backtest_series(x, season=season, horizon=horizon, more=more)
    choice = choose_candidate(backtest, favoured)
    lower, upper = _bands(backtest, choice.name, never_negative=never_negative)
    return Forecast(backtest.ahead[choice.name], lower, upper, choice, backtest, never_negative)


def looked_at(length: int, season: int) -> int:
    """How many of a series' last values a forecast looks at.

    Parameters
    ----------
    length : int
        Of the series.
    season : int
        Steps in a season.

    Returns
    -------
    int
        520, or four seasons where those are more; the drivers of candidates on demand begin there.

    Examples
    --------
    >>> looked_at(100, 12), looked_at(3000, 7), looked_at(3000, 365)
    (100, 520, 1460)
    """
    return min(length, max(MOST, MOST_SEASONS * season))


def _bands(backtest: Backtest, name: str, *, never_negative: bool) -> tuple[FloatArray, FloatArray]:
    widths = band_widths(backtest.errors(name), backtest.independent, LEVELS)
    return _around(backtest.ahead[name], widths, never_negative=never_negative)


def _around(
    ahead: FloatArray, widths: FloatArray, *, never_negative: bool
) -> tuple[FloatArray, FloatArray]:
    lower = ahead - widths
    return np.maximum(lower, 0.0) if never_negative else lower, ahead + widths


def _of_short_series(x: FloatArray, horizon: int, *, never_negative: bool) -> Forecast:
    """The mean, and where one more value lies; that holds for values around one level only."""
    ahead = np.full(horizon, x.mean())
    widths = np.full((len(LEVELS), horizon), np.nan)
    if len(x) > 1:
        spread = float(x.std(ddof=1)) * np.sqrt(1 + 1 / len(x))
        quantiles = t.ppf((1 + np.array(LEVELS)) / 2, len(x) - 1)
        widths[:] = (quantiles * spread)[:, None]
    lower, upper = _around(ahead, widths, never_negative=never_negative)
    choice = ForecastChoice("series_mean", "too_short", 0.0)
    return Forecast(ahead, lower, upper, choice, None, never_negative)
