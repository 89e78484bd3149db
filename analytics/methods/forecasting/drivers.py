"""Regression of a series on what drives it, such as spend, holidays and campaigns."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.pool import Candidate
from analytics.methods.forecasting.prefixes import Prefixes
from analytics.methods.forecasting.smoothing import forecast_ets

__all__ = ["DriverEffects", "drivers_candidate", "fit_drivers", "with_lags"]

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.95
LONGEST_DUMMIES = 12  # steps of a season that each get a column; longer ones three waves
WAVES = 3
SPARE = 8  # observations beyond the columns
SEASONS = 2  # that have to be known: fewer teach no season
TINY = 1e-24  # of a mean square: no error
LARGEST_LOG = 18.0


@dataclass(frozen=True)
class DriverEffects:
    """What one more of each driver goes along with, all else equal.

    Parameters
    ----------
    table : DataFrame, shape (drivers, 4)
        ``effect`` with ``lower`` and ``upper`` of 95 %, and ``usable``, by driver. A driver that
        never changes, or only with others, has no effect of its own: 0, NaN, NaN, False.
    explained : float
        Share of the variance beyond trend and season that the drivers explain, 0–1.

    Examples
    --------
    >>> spend = np.tile([1.0, 0.0, 2.0, 5.0, 3.0], 8)
    >>> found = fit_drivers(3 * spend + np.arange(40.0), pd.DataFrame({"spend": spend}), season=1)
    >>> found.table["effect"].round(6).tolist()
    [3.0]
    """

    table: pd.DataFrame
    explained: float


def with_lags(drivers: pd.DataFrame, lags: dict[str, tuple[int, ...]]) -> pd.DataFrame:
    """Drivers beside themselves some steps before.

    Parameters
    ----------
    drivers : DataFrame, shape (n, d)
        A row a step.
    lags : dict of str to tuple of int
        Which steps before of which driver; the first rows take the first value.

    Returns
    -------
    DataFrame, shape (n, d + lags)
        A column for each lag is called like ``spend −2``.

    Raises
    ------
    InvalidData
        ``missing_column``, ``bad_parameter`` for a lag below 1.

    Examples
    --------
    >>> with_lags(pd.DataFrame({"spend": [1.0, 2.0, 3.0]}), {"spend": (1,)})["spend −1"].tolist()
    [1.0, 1.0, 2.0]
    """
    columns = {str(name): drivers[name] for name in drivers.columns}
    for name, steps in lags.items():
        if name not in drivers.columns:
            raise InvalidData("missing_column", f"no driver {name!r}")
        for step in steps:
            if step < 1:
                raise InvalidData("bad_parameter", "a lag is at least 1")
            columns[f"{name} −{step}"] = drivers[name].shift(step).bfill()
    return pd.DataFrame(columns, index=drivers.index)


def fit_drivers(values: npt.ArrayLike, drivers: pd.DataFrame, *, season: int) -> DriverEffects:
    """Least squares with a trend and seasons beside the drivers; intervals stand correlated errors.

    Parameters
    ----------
    values : array_like, shape (n,)
        Finite, evenly spaced in time, the oldest first.
    drivers : DataFrame, shape (n or more, d)
        Finite numbers; the first n rows belong to the values.
    season : int
        Steps in a season; 1 for none.

    Returns
    -------
    DriverEffects
        Associations: whether spend made revenue, or revenue the spend, no regression tells.

    Raises
    ------
    InsufficientData
        ``few_rows`` with fewer than eight values beyond the columns.
    InvalidData
        ``unequal_lengths``, ``not_finite``.

    References
    ----------
    W. K. Newey, K. D. West (1987), "A simple, positive semi-definite, heteroskedasticity and
    autocorrelation consistent covariance matrix", Econometrica 55, 703–708.

    Examples
    --------
    >>> fit_drivers(np.arange(30.0), pd.DataFrame({"same": np.ones(30)}), season=1).table["usable"]
    same    False
    Name: usable, dtype: bool
    """
    x, columns = _checked(values, drivers)
    base = _trend_and_season(len(x), season)
    design = columns[: len(x)]
    needed = base.shape[1] + design.shape[1] + SPARE
    if len(x) < needed:
        raise InsufficientData("few_rows", needed=needed, found=len(x))
    left, y = _beyond(design, base), _beyond(x[:, None], base)[:, 0]
    usable = _usable(left, design)
    effect, variance = np.zeros(design.shape[1]), np.full(design.shape[1], np.nan)
    rest = y
    if usable.any():
        own = left[:, usable]
        effect[usable] = np.linalg.lstsq(own, y, rcond=None)[0]
        rest = y - own @ effect[usable]
        variance[usable] = _newey_west(own, rest, base.shape[1])
    half = t.ppf((1 + LEVEL) / 2, len(x) - base.shape[1] - usable.sum()) * np.sqrt(variance)
    table = pd.DataFrame(
        {"effect": effect, "lower": effect - half, "upper": effect + half, "usable": usable},
        index=drivers.columns,
    )
    power = float(y @ y)
    is_noise = power <= 1e-18 * float(x @ x)
    return DriverEffects(table, 0.0 if is_noise else max(0.0, 1 - float(rest @ rest) / power))


def drivers_candidate(drivers: pd.DataFrame, rest: Candidate = forecast_ets) -> Candidate:
    """A candidate that takes the part of drivers and season out, forecasts what is left, and puts it back.

    The part is least squares with a trend, which stays in the rest: the rest goes on as it likes. A
    positive series is looked at in logarithms where those fit it better (Box and Cox).

    Parameters
    ----------
    drivers : DataFrame, shape (n + horizon, d)
        What drove the series in all its steps, and what is planned for those ahead; shorter
        beginnings of the series go with the first rows. Without columns it is a regression on the
        season alone.
    rest : callable
        The candidate that forecasts what is left, which has no season.

    Returns
    -------
    callable
        Takes `Prefixes`, returns ndarray, shape (p, horizon). A beginning that is too short for the
        regression goes to `rest` as it is. In a backtest the drivers ahead count as known, as a plan is.

    Raises
    ------
    InvalidData
        When called: ``unequal_lengths`` if rows for the steps ahead are missing; ``not_finite``.

    References
    ----------
    R. J. Hyndman, G. Athanasopoulos (2021), "Forecasting: Principles and Practice", 3rd edition,
    chapters 7 and 10; G. E. P. Box, D. R. Cox (1964), "An analysis of transformations", Journal of the
    Royal Statistical Society B 26, 211–252.

    Examples
    --------
    >>> spend = np.tile([1.0, 0.0, 2.0, 5.0, 3.0], 9)
    >>> series = Prefixes.of([10 + 3 * spend[:40]], 1, 5)
    >>> drivers_candidate(pd.DataFrame({"spend": spend}))(series).round(3).tolist()
    [[13.0, 10.0, 16.0, 25.0, 19.0]]
    """

    def candidate(prefixes: Prefixes) -> FloatArray:
        horizon, parts = prefixes.horizon, []
        for number, length in enumerate(prefixes.lengths):
            seen = drivers.iloc[: length + horizon].to_numpy(dtype=np.float64)
            if len(seen) < length + horizon:
                raise InvalidData("unequal_lengths", "drivers are needed for the steps ahead")
            x = prefixes.column(number) * prefixes.scales[number]
            parts.append(_part(x, seen, prefixes.season))
        left = [part.seen - part.explained[: len(part.seen)] for part in parts]
        said = rest(Prefixes.of(left, 1, horizon))
        ahead = said + np.stack([part.explained[-horizon:] for part in parts])
        logs = np.array([part.is_log for part in parts])
        # Nothing grows by a factor of 1e8: beyond, the exponential would be no number.
        ahead[logs] = np.exp(np.clip(ahead[logs], -LARGEST_LOG, LARGEST_LOG))
        scales = np.array([part.scale for part in parts])
        return np.asarray(ahead * scales[:, None], dtype=np.float64)

    return candidate


@dataclass(frozen=True)
class _Part:
    """A series as the regression sees it, and what drivers and season explain of it and ahead."""

    seen: FloatArray
    explained: FloatArray
    is_log: bool
    scale: float


def _part(x: FloatArray, drivers: FloatArray, season: int) -> _Part:
    """On the scale whose likelihood is greater: as it is, or in logarithms."""
    scale = float(np.abs(x).mean()) or 1.0
    known = season if len(x) >= SEASONS * season else 1
    base = _trend_and_season(len(x), known, ahead=len(drivers) - len(x))
    found = _explained(x / scale, base, drivers)
    plain = _Part(x / scale, found[0], False, scale)
    if x.min() <= 0:
        return plain
    logs = np.log(x / scale)
    explained, left = _explained(logs, base, drivers)
    # The determinant of the change of scale is the product of the values.
    fits_better = np.log(left) + 2 * float(logs.mean()) < np.log(found[1])
    return _Part(logs, explained, True, scale) if fits_better else plain


def _explained(y: FloatArray, base: FloatArray, drivers: FloatArray) -> tuple[FloatArray, float]:
    """The part of season and drivers in all steps, and the mean square of what no column explains."""
    length = len(y)
    if not np.isfinite(drivers).all():
        raise InvalidData("not_finite", "values and drivers must be finite")
    if length < base.shape[1] + drivers.shape[1] + SPARE:
        return np.zeros(len(base)), max(float(y.var()), TINY)
    known, design = base[:length], drivers[:length]
    usable = _usable(_beyond(design, known), design)
    columns = np.column_stack([base, drivers[:, usable]])
    weights = np.linalg.lstsq(columns[:length], y, rcond=None)[0]
    left = y - columns[:length] @ weights
    part: FloatArray = columns[:, 2:] @ weights[2:]  # without level and trend
    return part, max(float((left**2).mean()), TINY)


def _checked(values: npt.ArrayLike, drivers: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    x, columns = np.asarray(values, dtype=np.float64), drivers.to_numpy(dtype=np.float64)
    if len(columns) < len(x):
        raise InvalidData("unequal_lengths", f"{len(columns)} rows of drivers, {len(x)} values")
    if not (np.isfinite(x).all() and np.isfinite(columns).all()):
        raise InvalidData("not_finite", "values and drivers must be finite")
    return x, columns


def _trend_and_season(length: int, season: int, ahead: int = 0) -> FloatArray:
    """Level, trend and season, `ahead` steps further than the values."""
    step = np.arange(length + ahead)
    columns = [np.ones(len(step)), step - (length - 1) / 2]
    if 1 < season <= LONGEST_DUMMIES:
        columns += [(step % season == place).astype(float) for place in range(1, season)]
    elif season > 1:
        for wave in range(1, WAVES + 1):
            angle = 2 * np.pi * wave * step / season
            columns += [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)


def _beyond(columns: FloatArray, base: FloatArray) -> FloatArray:
    """What the base does not explain."""
    found: FloatArray = columns - base @ np.linalg.lstsq(base, columns, rcond=None)[0]
    return found


def _usable(left: FloatArray, design: FloatArray) -> npt.NDArray[np.bool_]:
    """Drivers that tell something beyond trend, season and the drivers before them."""
    usable = np.zeros(design.shape[1], dtype=bool)
    for number in range(design.shape[1]):
        own = left[:, [number]]
        if usable.any():
            own = _beyond(own, left[:, usable])
        size = float(np.abs(design[:, number]).max()) or 1.0
        usable[number] = bool(np.sqrt(float((own**2).mean())) > 1e-8 * size)
    return usable


def _newey_west(own: FloatArray, rest: FloatArray, base: int) -> FloatArray:
    """Variances of the effects; correlations count up to the usual lag."""
    n = len(rest)
    scores = own * rest[:, None]
    middle = scores.T @ scores
    lags = int(4 * (n / 100) ** (2 / 9))
    for lag in range(1, min(lags, n - 1) + 1):
        cross = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (cross + cross.T)
    inverse = np.linalg.inv(own.T @ own)
    small = n / (n - base - own.shape[1])
    return np.asarray(np.diag(inverse @ middle @ inverse) * small, dtype=np.float64)
