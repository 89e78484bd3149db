"""Complex exponential smoothing, of several series at once."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.forecasting.akaike import akaike_average, corrected_aic
from analytics.methods.forecasting.prefixes import Prefixes
from analytics.methods.forecasting.search import minimise_all
from analytics.methods.forecasting.seasonality import seasonal_indices

__all__ = ["forecast_ces"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

KINDS = ("none", "simple", "full")
PARAMETERS = np.array([3, 3, 5])  # smoothing, and the variance
HIDDEN = 1.1  # the first level over the first potential
# Real and imaginary part of the smoothing, the same of the season.
LOWER = (0.01, 0.01, 0.01, 0.01)
UPPER = (1.8, 1.9, 1.5, 1.5)
STARTS = ((1.3, 1.0, 1.3, 1.0), (1.3, 1.0, 0.1, 1.0), (1.1, 1.0, 0.05, 0.9), (1.6, 1.0, 0.2, 1.05))


def forecast_ces(prefixes: Prefixes) -> FloatArray:
    """Forecast by complex exponential smoothing without and with two kinds of seasons.

    A level and a hidden potential turn around each other, so that neither a trend nor its absence
    has to be assumed. The season is missing, simple (all states one season apart) or full (with a
    level and a potential of its own). First states come from running forward and back once; the
    three kinds are averaged by Akaike weights.

    Parameters
    ----------
    prefixes : Prefixes
        Series; kinds with seasons need two whole ones and two steps.

    Returns
    -------
    ndarray, shape (p, horizon)

    References
    ----------
    I. Svetunkov, N. Kourentzes, J. K. Ord (2022), "Complex exponential smoothing", Naval Research
    Logistics 69, 1108–1123.

    Examples
    --------
    >>> level = Prefixes.of([[5.0, 5.2, 4.8, 5.1, 4.9, 5.0, 5.1, 4.9, 5.0, 5.0]], 1, 2)
    >>> forecast_ces(level).round(1).tolist()
    [[5.0, 5.0]]
    """
    task = _Task.of(prefixes)
    found = np.full((len(KINDS), len(prefixes)), np.inf)
    said = np.zeros((len(KINDS), len(prefixes), prefixes.horizon))
    where = (task.kind, task.own)
    found[where], said[where] = task.solve()
    return np.asarray(akaike_average(found, said) * prefixes.scales[:, None], dtype=np.float64)


@dataclass
class _States:
    """Level and potential, and those of the season by its steps; they move as the sweeps go."""

    level: FloatArray
    potential: FloatArray
    season: FloatArray  # shape (season, r)
    beside: FloatArray  # shape (season, r)


@dataclass(frozen=True)
class _Gains:
    """How states follow one another: four numbers of the level, four of the season."""

    own: tuple[FloatArray, FloatArray, FloatArray, FloatArray]
    season: tuple[FloatArray, FloatArray, FloatArray, FloatArray]

    @classmethod
    def of(cls, points: FloatArray, kind: IntArray) -> "_Gains":
        """Every kind is the full one with some of the numbers at 0."""
        real, imaginary, season_real, season_imaginary = points.T
        own = (1 - imaginary, real - imaginary, 1 - real, real + imaginary)
        full = (
            1 - season_imaginary,
            season_real - season_imaginary,
            1 - season_real,
            season_real + season_imaginary,
        )
        is_simple = kind == KINDS.index("simple")
        cases = [is_simple, kind == KINDS.index("full")]
        season = tuple(np.select(cases, choices, 0.0) for choices in zip(own, full, strict=True))
        return cls(tuple(np.where(is_simple, 0.0, one) for one in own), season)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Task:
    """Kinds, each for every series that it fits."""

    prefixes: Prefixes
    kind: IntArray
    own: IntArray

    @classmethod
    def of(cls, prefixes: Prefixes) -> "_Task":
        is_plain = np.arange(len(KINDS))[:, None] == KINDS.index("none")
        kind, own = np.nonzero(is_plain | prefixes.has_seasons)
        return cls(prefixes, kind, own)

    def solve(self) -> tuple[FloatArray, FloatArray]:
        """AICc and forecast of each problem."""
        first = self._first_states()
        values = self.prefixes.values[:, self.own]

        def objective(points: FloatArray, problems: IntArray) -> FloatArray:
            gains = _Gains.of(points, self.kind[problems])
            lengths = self.prefixes.lengths[self.own[problems]]
            states, seen = _taken(first, problems), values[:, problems]
            _backcast(seen, lengths, gains, states)
            squares = _sweep(seen, lengths, gains, states, range(len(seen)))
            return np.asarray(lengths * np.log(squares / lengths + 1e-14), dtype=np.float64)

        problems = np.arange(len(self.own))
        points, reached = minimise_all(objective, LOWER, UPPER, len(problems), STARTS)
        lengths = self.prefixes.lengths[self.own]
        gains = _Gains.of(points, self.kind)
        states = _taken(first, problems)
        _backcast(values, lengths, gains, states)
        said = _ahead(values, lengths, gains, states, self.prefixes.horizon)
        return corrected_aic(reached, PARAMETERS[self.kind], lengths), said

    def _first_states(self) -> _States:
        season = self.prefixes.season
        level = np.zeros(len(self.own))
        beside = np.zeros((season, len(self.own)))
        for problem, (kind, own) in enumerate(zip(self.kind, self.own, strict=True)):
            x = self.prefixes.column(own)
            if KINDS[kind] == "simple":
                beside[:, problem] = x[:season]
                continue
            level[problem] = x[: max(10, season) if KINDS[kind] == "none" else season].mean()
            if KINDS[kind] != "none":
                beside[:, problem] = seasonal_indices(x, season, is_ratio=False)
        return _States(level, level / HIDDEN, beside, beside / HIDDEN)


def _taken(first: _States, problems: IntArray) -> _States:
    return _States(
        first.level[problems],
        first.potential[problems],
        first.season[:, problems],
        first.beside[:, problems],
    )


def _backcast(values: FloatArray, lengths: IntArray, gains: _Gains, states: _States) -> None:
    """Forward and back, so that the first states are those that the series itself leads back to."""
    steps = range(len(values))
    _sweep(values, lengths, gains, states, steps)
    _sweep(values, lengths, gains, states, reversed(steps))


@np.errstate(all="ignore")  # parameters at which the states explode are never chosen
def _sweep(
    values: FloatArray, lengths: IntArray, gains: _Gains, states: _States, steps: Iterable[int]
) -> FloatArray:
    """Sum of squared errors; states rest where a series has no value."""
    squares = np.zeros(len(lengths))
    all_known = int(lengths.min())
    for step in steps:
        is_known = None if step < all_known else step < lengths
        error = values[step] - _expected(states, step)
        if is_known is not None:
            error = np.where(is_known, error, 0.0)
        squares += error * error
        _move(states, step, error, gains, is_known)
    return squares


@np.errstate(all="ignore")
def _ahead(
    values: FloatArray, lengths: IntArray, gains: _Gains, states: _States, horizon: int
) -> FloatArray:
    """Once more forward from the first states and beyond the end, where no error is known."""
    said = np.empty((len(values) + horizon, len(lengths)))
    for step in range(len(said)):
        said[step] = _expected(states, step)
        known = step < lengths
        seen = values[step] if step < len(values) else said[step]
        _move(states, step, np.where(known, seen - said[step], 0.0), gains, None)
    found: FloatArray = said[lengths + np.arange(horizon)[:, None], np.arange(len(lengths))].T
    return found


def _expected(states: _States, step: int) -> FloatArray:
    found: FloatArray = states.level + states.season[step % len(states.season)]
    return found


def _move(
    states: _States,
    step: int,
    error: FloatArray,
    gains: _Gains,
    is_known: npt.NDArray[np.bool_] | None,
) -> None:
    place = step % len(states.season)
    level, potential = _turned(states.level, states.potential, error, gains.own)
    season, beside = _turned(states.season[place], states.beside[place], error, gains.season)
    if is_known is not None:
        level = np.where(is_known, level, states.level)
        potential = np.where(is_known, potential, states.potential)
        season = np.where(is_known, season, states.season[place])
        beside = np.where(is_known, beside, states.beside[place])
    states.level, states.potential = level, potential
    states.season[place], states.beside[place] = season, beside


def _turned(
    real: FloatArray,
    imaginary: FloatArray,
    error: FloatArray,
    gains: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray]:
    return (
        real - gains[0] * imaginary + gains[1] * error,
        real + gains[2] * imaginary + gains[3] * error,
    )
