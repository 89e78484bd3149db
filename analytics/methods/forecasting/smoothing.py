"""Exponential smoothing of fifteen forms, of several series at once, averaged by Akaike weights."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from analytics.methods.forecasting.akaike import akaike_average, corrected_aic
from analytics.methods.forecasting.prefixes import Prefixes
from analytics.methods.forecasting.search import minimise_all
from analytics.methods.forecasting.seasonality import seasonal_indices

__all__ = ["EtsForm", "forecast_ets"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LEAST = 1e-8  # a forecast that is no longer positive
EVERY = 16  # steps between logarithms of the product of the forecasts
# Smoothing of the level, of the trend as a share of it, damping, smoothing of the season.
LOWER = (1e-4, 1e-4, 0.8, 1e-4)
UPPER = (0.9999, 0.9999, 0.98, 0.9999)
STARTS = (
    (0.1, 0.05, 0.95, 0.1),
    (0.5, 0.1, 0.95, 0.1),
    (0.2, 0.02, 0.9, 0.02),
    (0.9, 0.01, 0.97, 0.02),
    (0.02, 0.02, 0.97, 0.02),
)


class EtsForm(NamedTuple):
    """Error, trend and season of a form, in the letters of the literature.

    Parameters
    ----------
    error : {"A", "M"}
        Additive or relative.
    trend : {"N", "A", "D"}
        None, additive, damped.
    season : {"N", "A", "M"}
        None, additive, multiplicative.

    Examples
    --------
    >>> "".join(EtsForm("M", "D", "A"))
    'MDA'
    """

    error: Literal["A", "M"]
    trend: Literal["N", "A", "D"]
    season: Literal["N", "A", "M"]

    @property
    def parameters(self) -> int:
        """Smoothing, damping, first level and trend; the season's own states come on top."""
        return 2 + 2 * (self.trend != "N") + (self.trend == "D") + (self.season != "N")


# By season, additive errors first. Additive errors with ratios of seasons are unstable and left out.
FORMS: dict[str, tuple[EtsForm, ...]] = {
    season: tuple(
        EtsForm(error, trend, season)  # type: ignore[arg-type]
        for error in ("AM" if season != "M" else "M")
        for trend in "NAD"
    )
    for season in "NAM"
}


def forecast_ets(prefixes: Prefixes) -> FloatArray:
    """Forecast by all forms of exponential smoothing that fit a series, weighted by AICc.

    Errors are additive or relative, the trend missing, additive or damped, the season missing,
    additive or multiplicative (not with additive errors). First states come from the classical
    decomposition and a line through the first two seasons; smoothing parameters maximise the
    likelihood.

    Parameters
    ----------
    prefixes : Prefixes
        Series. Relative errors and multiplicative seasons need positive values, seasons two whole
        ones and two steps.

    Returns
    -------
    ndarray, shape (p, horizon)

    References
    ----------
    R. J. Hyndman et al. (2008), "Forecasting with Exponential Smoothing", Springer; S. Kolassa (2011),
    "Combining exponential smoothing forecasts using Akaike weights", International Journal of
    Forecasting 27, 238–251.

    Examples
    --------
    >>> level = Prefixes.of([[5.0, 5.2, 4.8, 5.1, 4.9, 5.0, 5.1, 4.9, 5.0, 5.0]], 1, 2)
    >>> forecast_ets(level).round(1).tolist()
    [[5.0, 5.0]]
    """
    criteria: list[FloatArray] = []
    forecasts: list[FloatArray] = []
    for season, forms in FORMS.items():
        task = _Task.of(prefixes, forms, season)
        if not len(task.own):
            continue
        found = np.full((len(forms), len(prefixes)), np.inf)
        said = np.zeros((len(forms), len(prefixes), prefixes.horizon))
        where = (task.form, task.own)
        found[where], said[where] = task.solve()
        criteria.append(found)
        forecasts.append(said)
    averaged = akaike_average(np.concatenate(criteria), np.concatenate(forecasts))
    return np.asarray(averaged * prefixes.scales[:, None], dtype=np.float64)


@dataclass(frozen=True)
class _Task:
    """Forms of one kind of season, each for every series that it fits."""

    prefixes: Prefixes
    forms: tuple[EtsForm, ...]
    season: str
    form: IntArray  # which form each problem is of, rising
    own: IntArray  # which series it is of
    level: FloatArray
    trend: FloatArray
    indices: FloatArray  # shape (season, p)

    @classmethod
    def of(cls, prefixes: Prefixes, forms: tuple[EtsForm, ...], season: str) -> "_Task":
        fits = np.stack(
            [
                (prefixes.is_positive | (form.error == "A"))
                & (prefixes.has_seasons | (season == "N"))
                for form in forms
            ]
        )
        number, own = np.nonzero(fits)
        level, trend = np.zeros((2, len(prefixes))), np.zeros(len(prefixes))
        steps = prefixes.season if season != "N" else 1
        indices = np.full((steps, len(prefixes)), float(season == "M"))
        for one in np.unique(own):
            x = prefixes.column(one)
            if season != "N":
                indices[:, one] = seasonal_indices(x, steps, is_ratio=season == "M")
            level[:, one], trend[one] = _first_states(x, indices[:, one], season == "M")
        return cls(prefixes, forms, season, number, own, level, trend, indices)

    def solve(self) -> tuple[FloatArray, FloatArray]:
        """AICc and forecast of each problem."""
        points, values = minimise_all(self._objective, LOWER, UPPER, len(self.own), STARTS)
        extra = self.prefixes.season - 1 if self.season != "N" else 0
        counts = np.array([form.parameters + extra + 1 for form in self.forms])[self.form]
        lengths = self.prefixes.lengths[self.own]
        problems = np.arange(len(self.own))
        found = _sweep(self._setting(points, problems), int(self._additive(problems)), ahead=True)
        rows = lengths + np.arange(self.prefixes.horizon)[:, None]
        return corrected_aic(values, counts, lengths), found.ahead[rows, problems].T

    def _additive(self, problems: IntArray) -> int:
        is_additive = np.array([form.error == "A" for form in self.forms])[self.form]
        return int(is_additive[problems].sum())

    def _objective(self, points: FloatArray, problems: IntArray) -> FloatArray:
        """Minus twice the logarithm of the likelihood, but for a constant."""
        found = _sweep(self._setting(points, problems), self._additive(problems))
        lengths = self.prefixes.lengths[self.own[problems]]
        said = lengths * np.log(found.squares / lengths + 1e-14) + 2 * found.logarithms
        return np.where(found.is_sound, said, np.inf)

    def _setting(self, points: FloatArray, problems: IntArray) -> "_Setting":
        own, forms = self.own[problems], self.form[problems]
        trends = np.array([form.trend for form in self.forms])[forms]
        has_trend = trends != "N"
        alpha = points[:, 0]
        return _Setting(
            values=self.prefixes.values[:, own],
            lengths=self.prefixes.lengths[own],
            horizon=self.prefixes.horizon,
            alpha=alpha,
            beta=np.where(has_trend, alpha * points[:, 1], 0.0),
            damping=np.where(trends == "D", points[:, 2], has_trend.astype(float)),
            gamma=(1 - alpha) * points[:, 3] if self.season != "N" else np.zeros(len(alpha)),
            level=self.level[has_trend.astype(int), own],
            trend=np.where(has_trend, self.trend[own], 0.0),
            indices=self.indices[:, own],
            season=self.season,
        )


@dataclass(frozen=True)
class _Setting:
    """Parameters and first states of recursions side by side."""

    values: FloatArray
    lengths: IntArray
    horizon: int
    alpha: FloatArray
    beta: FloatArray
    damping: FloatArray
    gamma: FloatArray
    level: FloatArray
    trend: FloatArray
    indices: FloatArray
    season: str


class _Swept(NamedTuple):
    squares: FloatArray
    logarithms: FloatArray
    is_sound: npt.NDArray[np.bool_]
    ahead: FloatArray


def _first_states(
    x: FloatArray, indices: FloatArray, is_ratio: bool
) -> tuple[tuple[float, float], float]:
    """Level without and with a trend, and the trend, from the first two seasons (ten steps)."""
    own = indices[np.arange(len(x)) % len(indices)]
    adjusted = (x / own if is_ratio else x - own)[: max(10, 2 * len(indices))]
    mean = float(adjusted.mean())
    if len(adjusted) == 1:
        return (mean, mean), 0.0
    step = np.arange(len(adjusted)) - (len(adjusted) - 1) / 2
    slope = float(step @ adjusted / (step @ step))
    return (mean, mean + slope * (float(step[0]) - 1)), slope


@np.errstate(all="ignore")  # parameters at which a recursion explodes are told by `is_sound`
def _sweep(setting: _Setting, additive: int, *, ahead: bool = False) -> _Swept:
    """Run the recursions; the first `additive` of them count errors as they are, others relatively.

    After the end of a series nothing is known of errors; what is expected then is the forecast.
    """
    steps = len(setting.values) + (setting.horizon if ahead else 0)
    level, trend, indices = setting.level, setting.trend, setting.indices.copy()
    squares, logarithms = np.zeros(len(level)), np.zeros(len(level))
    least, product = np.full(len(level), np.inf), np.ones(len(level))
    said = np.empty((steps, len(level))) if ahead else np.empty((0, 0))
    all_known = int(setting.lengths.min())
    nothing = np.zeros(len(level))
    for step in range(steps):
        damped = setting.damping * trend
        base = level + damped
        index = indices[step % len(indices)]
        expected = _with_season(base, index, setting.season)
        error = setting.values[step] - expected if step < len(setting.values) else nothing
        if step >= all_known:
            is_known = step < setting.lengths
            error = np.where(is_known, error, 0.0)
        if ahead:
            said[step] = expected
        else:
            squares[:additive] += error[:additive] ** 2
            squares[additive:] += (error[additive:] / expected[additive:]) ** 2
            seen = expected if step < all_known else np.where(is_known, expected, 1.0)
            least = np.minimum(least, seen)
            product *= seen
            if step % EVERY == EVERY - 1:
                logarithms += np.log(np.abs(product))
                product = np.ones(len(level))
        change = error / index if setting.season == "M" else error
        if setting.season != "N":
            index += setting.gamma * (error / base if setting.season == "M" else error)
        level = base + setting.alpha * change
        trend = damped + setting.beta * change
    logarithms += np.log(np.abs(product))
    logarithms[:additive], least[:additive] = 0.0, 1.0
    return _Swept(squares, logarithms, least > LEAST, said)


def _with_season(base: FloatArray, index: FloatArray, season: str) -> FloatArray:
    if season == "N":
        return base
    return base * index if season == "M" else base + index
