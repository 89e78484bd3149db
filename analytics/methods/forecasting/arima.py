"""Seasonal ARIMA by AICc, a candidate on demand."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from statsmodels.tsa.statespace.sarimax import SARIMAX
from statsmodels.tsa.stattools import kpss

from analytics.methods.forecasting.akaike import corrected_aic
from analytics.methods.forecasting.pool import Candidate
from analytics.methods.forecasting.prefixes import Prefixes
from analytics.methods.forecasting.seasonality import has_season, seasonal_indices

__all__ = ["ArimaOrder", "arima_candidate", "choose_order"]

FloatArray = npt.NDArray[np.float64]

LONGEST_SEASON = 24  # beyond, the season is taken out before and put back
MOST_LAGS = 3
MOST_SEASONAL_LAGS = 1
MOST_MODELS = 30
STRONG = 0.64  # strength of a season that is differenced


@dataclass(frozen=True)
class ArimaOrder:
    """Lags, differences and moving averages, of steps and of seasons.

    Parameters
    ----------
    p, d, q : int
        Of steps.
    sp, sd, sq : int
        Of seasons.
    has_constant : bool
        Whether the differenced values have a mean.

    Examples
    --------
    >>> ArimaOrder(0, 1, 1, 0, 1, 1, False).parameters
    3
    """

    p: int
    d: int
    q: int
    sp: int
    sd: int
    sq: int
    has_constant: bool

    @property
    def parameters(self) -> int:
        """Estimated values, the variance counted."""
        return self.p + self.q + self.sp + self.sq + self.has_constant + 1

    def neighbours(self, *, is_seasonal: bool) -> Iterator["ArimaOrder"]:
        """Orders one step away, and both lags together."""
        steps = [{"p": 1}, {"p": -1}, {"q": 1}, {"q": -1}, {"p": 1, "q": 1}, {"p": -1, "q": -1}]
        if is_seasonal:
            steps += [{"sp": 1}, {"sp": -1}, {"sq": 1}, {"sq": -1}]
        for step in steps:
            yield replace(self, **{name: getattr(self, name) + by for name, by in step.items()})
        if self.d + self.sd < 2:
            yield replace(self, has_constant=not self.has_constant)

    @property
    def is_allowed(self) -> bool:
        """Whether no part is negative or too long."""
        return (
            0 <= self.p <= MOST_LAGS
            and 0 <= self.q <= MOST_LAGS
            and 0 <= self.sp <= MOST_SEASONAL_LAGS
            and 0 <= self.sq <= MOST_SEASONAL_LAGS
        )


def arima_candidate() -> Candidate:
    """A candidate that fits a seasonal ARIMA to each series.

    The order is chosen on the shortest of the series given and on the longest; those between, which are
    the later origins of a backtest, take the order of the shortest, so that nothing is known too early.

    Returns
    -------
    callable
        Takes `Prefixes`, returns ndarray, shape (p, horizon).

    Parameters
    ----------
    None

    References
    ----------
    R. J. Hyndman, Y. Khandakar (2008), "Automatic time series forecasting: the forecast package for
    R", Journal of Statistical Software 27(3).

    Examples
    --------
    >>> line = Prefixes.of([np.arange(30.0) + np.sin(np.arange(30.0))], 1, 2)
    >>> bool(abs(arima_candidate()(line)[0, 1] - 31) < 2)
    True
    """
    return _forecast


def choose_order(values: npt.ArrayLike, season: int) -> ArimaOrder:
    """Differences by tests, then the order of least AICc by steps.

    Parameters
    ----------
    values : array_like, shape (n,)
        Finite.
    season : int
        Steps in a season; 1 for none.

    Returns
    -------
    ArimaOrder

    Examples
    --------
    >>> choose_order(np.cumsum(np.sin(np.arange(60.0) ** 2)), 1).d
    1
    """
    x = np.asarray(values, dtype=np.float64)
    # A trend hides the season from its test.
    is_seasonal = season > 1 and has_season(np.diff(x), season)
    sd = int(is_seasonal and _strength(x, season) > STRONG)
    left = x[season:] - x[:-season] if sd else x
    d = _differences(left)
    has_constant = d + sd < 2
    tried: dict[ArimaOrder, float] = {}
    s = int(is_seasonal)
    for p, q, sp, sq in ((2, 2, s, s), (0, 0, 0, 0), (1, 0, s, 0), (0, 1, 0, s)):
        order = ArimaOrder(p, d, q, sp, sd, sq, has_constant)
        tried[order] = _criterion(x, order, season)
    best = min(tried, key=lambda order: tried[order])
    is_better = True
    while is_better and len(tried) < MOST_MODELS:
        is_better = False
        for order in best.neighbours(is_seasonal=is_seasonal):
            if not order.is_allowed or order in tried:
                continue
            tried[order] = _criterion(x, order, season)
            if tried[order] < tried[best]:
                best, is_better = order, True
                break
    return best


def _forecast(prefixes: Prefixes) -> FloatArray:
    order_of = {}
    for length in (int(prefixes.lengths.min()), int(prefixes.lengths.max())):
        number = int(np.flatnonzero(prefixes.lengths == length)[0])
        x, _indices, season = _adjusted(prefixes, number)
        order_of[length] = choose_order(x, season)
    shortest = order_of[int(prefixes.lengths.min())]
    found = np.empty((len(prefixes), prefixes.horizon))
    for number, length in enumerate(prefixes.lengths):
        x, indices, season = _adjusted(prefixes, number)
        order = order_of.get(int(length), shortest)
        found[number] = _ahead(x, order, season, prefixes.horizon) + indices
    return found * prefixes.scales[:, None]


def _adjusted(prefixes: Prefixes, number: int) -> tuple[FloatArray, FloatArray, int]:
    """Values, what has to be added to the forecast, and the season that is left in them."""
    x, season = prefixes.column(number), prefixes.season
    ahead = len(x) + np.arange(prefixes.horizon)
    if season <= LONGEST_SEASON or not has_season(x, season):
        return x, np.zeros(len(ahead)), season if season <= LONGEST_SEASON else 1
    indices = seasonal_indices(x, season, is_ratio=False)
    return x - indices[np.arange(len(x)) % season], indices[ahead % season], 1


def _strength(x: FloatArray, season: int) -> float:
    """Share of the variance beyond the moving average that the season explains."""
    indices = seasonal_indices(x, season, is_ratio=False)[np.arange(len(x)) % season]
    weights = np.full(season, 1 / season)
    level = np.convolve(x - indices, weights, "valid")
    rest = (x - indices)[season // 2 : season // 2 + len(level)] - level
    both = rest + indices[season // 2 : season // 2 + len(level)]
    variance = float(both.var())
    return max(0.0, 1 - float(rest.var()) / variance) if variance > 0 else 0.0


def _differences(x: FloatArray) -> int:
    """How often to take differences until the KPSS test finds no moving level, at most twice."""
    for d in range(2):
        if len(x) < 8 or np.ptp(x) <= 1e-9:
            return d
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a p-value beyond its table is decided all the same
            if kpss(x, regression="c", nlags=int(3 * np.sqrt(len(x)) / 13))[1] >= 0.05:
                return d
        x = np.diff(x)
    return 2


def _fitted(x: FloatArray, order: ArimaOrder, season: int):  # type: ignore[no-untyped-def]
    seasonal = (order.sp, order.sd, order.sq, season if season > 1 else 0)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # starts that had to be replaced, and the like
        model = SARIMAX(
            x,
            order=(order.p, order.d, order.q),
            seasonal_order=seasonal if season > 1 else (0, 0, 0, 0),
            trend=_trend(order),
            concentrate_scale=True,
        )
        return model.fit(disp=False, maxiter=50)


def _trend(order: ArimaOrder) -> str | list[int]:
    """A mean of the differences is a polynomial of the values."""
    if not order.has_constant:
        return "n"
    return [0] * (order.d + order.sd) + [1]


def _criterion(x: FloatArray, order: ArimaOrder, season: int) -> float:
    n = len(x) - order.d - order.sd * season
    if n <= order.parameters + 2:
        return np.inf
    try:
        found = _fitted(x, order, season)
    except (np.linalg.LinAlgError, ValueError, IndexError):
        return np.inf  # an order that cannot be fitted is not chosen
    criterion = float(corrected_aic(-2 * found.llf, order.parameters, n))
    return criterion if np.isfinite(criterion) else np.inf


def _ahead(x: FloatArray, order: ArimaOrder, season: int, horizon: int) -> FloatArray:
    """NaN where the order cannot be fitted to so few values; the caller takes the last value."""
    try:
        with np.errstate(all="ignore"):
            return np.asarray(_fitted(x, order, season).forecast(horizon), dtype=np.float64)
    except (np.linalg.LinAlgError, ValueError, IndexError):
        return np.full(horizon, np.nan)
