"""Bands around a forecast from the errors of its backtest."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["band_widths", "spread_by_step"]

FloatArray = npt.NDArray[np.float64]

SEEN = 0.8  # the widest level that errors from a handful of origins show by themselves
FEWEST = 3.0  # degrees of freedom: fewer stretch without end


def spread_by_step(errors: npt.ArrayLike) -> FloatArray:
    """Size of the errors at each step ahead, as a power of the step between constant and linear.

    Parameters
    ----------
    errors : array_like, shape (k, h)
        From k origins; NaN where nothing came yet.

    Returns
    -------
    ndarray, shape (h,)
        Root mean square, smoothed; never falls with the step. All 0 if no error is.

    Raises
    ------
    InsufficientData
        ``empty`` without any error.

    Examples
    --------
    >>> spread_by_step([[1.0, -2.0, np.nan], [-1.0, 2.0, np.nan]]).round(6).tolist()
    [1.0, 2.0, 3.0]
    """
    e = np.atleast_2d(np.asarray(errors, dtype=np.float64))
    is_known = np.isfinite(e)
    count = is_known.sum(axis=0)
    if not count.sum():
        raise InsufficientData("empty", needed=1, found=0)
    squares = (np.where(is_known, e, 0.0) ** 2).sum(axis=0)
    steps = np.arange(1.0, e.shape[1] + 1)
    is_used = squares > 0
    if not is_used.any():
        return np.zeros(e.shape[1])
    x, weight = np.log(steps[is_used]), count[is_used].astype(float)
    y = np.log(squares[is_used] / weight) / 2
    middle_x, middle_y = np.average(x, weights=weight), np.average(y, weights=weight)
    power = float(weight @ (x - middle_x) ** 2)
    slope = float(weight @ ((x - middle_x) * (y - middle_y))) / power if power > 0 else 0.5
    found: FloatArray = np.exp(middle_y + np.clip(slope, 0.0, 1.0) * (np.log(steps) - middle_x))
    return found


def band_widths(
    errors: npt.ArrayLike, independent: float, levels: Sequence[float] = (0.8, 0.95)
) -> FloatArray:
    """Half widths of bands that hold a given share of what comes.

    Errors are divided by their size at each step and put together; the quantile of their absolute
    values, with the finite-sample step of conformal prediction, makes the band. Beyond 80 % a
    handful of origins shows no quantile, so the 80 % one is stretched as Student's t with as many
    degrees of freedom as there are independent origins, where that is wider.

    Parameters
    ----------
    errors : array_like, shape (k, h)
        From k origins; NaN where nothing came yet.
    independent : float
        How many origins' errors do not overlap.
    levels : sequence of float
        Shares between 0 and 1.

    Returns
    -------
    ndarray, shape (levels, h)

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``bad_parameter``.

    References
    ----------
    V. Vovk, A. Gammerman, G. Shafer (2005), "Algorithmic Learning in a Random World", Springer;
    K. Stankevičiūtė, A. M. Alaa, M. van der Schaar (2021), "Conformal time-series forecasting",
    NeurIPS 34.

    Examples
    --------
    >>> errors = np.random.default_rng(0).normal(size=(2000, 1))
    >>> band_widths(errors, 2000).round(1).ravel().tolist()
    [1.3, 2.0]
    """
    if not all(0 < level < 1 for level in levels):
        raise InvalidData("bad_parameter", "levels must lie between 0 and 1")
    spread = spread_by_step(errors)
    e = np.atleast_2d(np.asarray(errors, dtype=np.float64))
    known = np.abs(e / np.where(spread > 0, spread, 1.0))[np.isfinite(e)]

    def seen(level: float) -> float:
        return float(np.quantile(known, min(1.0, level * (1 + 1 / len(known)))))

    degrees = max(FEWEST, independent)
    normal = float(t.ppf((1 + SEEN) / 2, degrees))
    stretched = [seen(SEEN) * float(t.ppf((1 + level) / 2, degrees)) / normal for level in levels]
    widths = [
        max(seen(level), wide) if level > SEEN else seen(level)
        for level, wide in zip(levels, stretched, strict=True)
    ]
    return np.outer(widths, spread)
