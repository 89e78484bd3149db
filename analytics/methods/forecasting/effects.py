"""What drivers go along with, in per cent where that makes sense."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.forecasting.drivers import fit_drivers

__all__ = ["effects_in_percent"]

FloatArray = npt.NDArray[np.float64]

ELASTICITY, PERCENT, UNITS = "elasticity", "percent", "units"
ENDS = ["effect", "lower", "upper"]


def effects_in_percent(
    values: npt.ArrayLike, drivers: pd.DataFrame, *, season: int
) -> pd.DataFrame:
    """How much more or less goes along with a step of each driver, all else equal.

    A positive series is looked at in logarithms. So is a driver that is always positive and takes
    more than two values: 1 % more of it goes along with so many per cent. Of others a step is the
    power of ten below their spread, or the whole way between their two values.

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
    DataFrame, shape (drivers, 6)
        ``effect`` with ``lower`` and ``upper`` of 95 %, ``usable``, ``unit`` (``elasticity``: per cent
        by per cent; ``percent`` by step; ``units`` of the series by step) and ``step``.

    Raises
    ------
    InsufficientData
        ``few_rows``, as `fit_drivers`.
    InvalidData
        ``unequal_lengths``, ``not_finite``.

    References
    ----------
    J. M. Wooldridge (2019), "Introductory Econometrics", 7th edition, chapter 6-2: logarithms and
    elasticities; W. K. Newey, K. D. West (1987), Econometrica 55, 703–708.

    Examples
    --------
    >>> price = 10 + np.tile([0.0, 1.0, 3.0, 2.0, 1.5], 8)
    >>> found = effects_in_percent(500 * price**-0.8, pd.DataFrame({"price": price}), season=1)
    >>> found["effect"].round(6).tolist(), found["unit"].tolist()
    ([-0.8], ['elasticity'])
    """
    x = np.asarray(values, dtype=np.float64)
    is_positive = bool(x.size and x.min() > 0)
    known = drivers.iloc[: len(x)]
    scaled, steps, units = {}, [], []
    for name in drivers.columns:
        column = drivers[name].to_numpy(dtype=np.float64)
        in_logs = is_positive and column.min(initial=np.inf) > 0 and known[name].nunique() > 2
        step = 0.01 if in_logs else _step(known[name].to_numpy(dtype=np.float64))
        scaled[name] = np.log(column) if in_logs else column / step
        steps.append(step)
        units.append(ELASTICITY if in_logs else PERCENT if is_positive else UNITS)
    table = fit_drivers(
        np.log(x) if is_positive else x, pd.DataFrame(scaled, index=drivers.index), season=season
    ).table
    ratio = np.array(units) == PERCENT
    # Beyond a factor of e^50 no effect is meant; the exponential would only overflow.
    table.loc[ratio, ENDS] = 100 * np.expm1(table.loc[ratio, ENDS].clip(-50, 50))
    return table.assign(unit=units, step=steps)


def _step(column: FloatArray) -> float:
    """A round step that the driver really takes."""
    different = np.unique(column)
    if len(different) <= 2:
        return float(np.ptp(different)) or 1.0
    return float(10.0 ** np.floor(np.log10(column.std())))
