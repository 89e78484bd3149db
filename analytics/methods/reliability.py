"""Probabilities against outcomes, as tables: reliability and lift."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.intervals import wilson_interval

__all__ = ["calibration_error", "check_probabilities", "lift_table", "reliability_table"]

FloatArray = npt.NDArray[np.float64]


def reliability_table(
    outcomes: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int = 10
) -> pd.DataFrame:
    """What was said against what happened, in bins of equal count.

    Parameters
    ----------
    outcomes : array_like of {0, 1}, shape (n,)
        What happened.
    probabilities : array_like of float, shape (n,)
        0–1. Equal probabilities always share a bin, so bins may differ in size.
    bins : int
        Most bins, at least 1.

    Returns
    -------
    DataFrame
        One row per bin, rising: ``predicted`` (mean), ``observed`` (share), ``n``, and Wilson's
        95 % interval of the observed share, ``lower`` and ``upper``.

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``unequal_lengths``, ``unknown_target``, ``out_of_bounds``, ``bad_parameter``.

    Examples
    --------
    >>> reliability_table([0, 0, 0, 1], [0.1, 0.1, 0.6, 0.8], bins=2).round(2).to_dict("list")["observed"]
    [0.0, 0.5]
    """
    y, p = check_probabilities(outcomes, probabilities)
    if bins < 1:
        raise InvalidData("bad_parameter", "at least one bin")
    cuts = np.unique(np.quantile(p, np.arange(1, bins) / bins, method="inverted_cdf"))
    rows = pd.DataFrame({"bin": np.searchsorted(cuts, p, side="left"), "p": p, "y": y})
    grouped = rows.groupby("bin")
    counts = grouped.size().to_numpy(dtype=np.int64)
    wins = grouped["y"].sum().to_numpy(dtype=np.float64)
    lower, upper = wilson_interval(wins, counts)
    predicted = grouped["p"].mean().to_numpy(dtype=np.float64)
    columns = {"predicted": predicted, "observed": wins / counts, "n": counts}
    return pd.DataFrame({**columns, "lower": lower, "upper": upper})


def calibration_error(
    outcomes: npt.ArrayLike, probabilities: npt.ArrayLike, bins: int = 10
) -> float:
    """Expected calibration error: mean gap between said and happened, weighted by rows.

    Parameters
    ----------
    outcomes, probabilities, bins
        See `reliability_table`, which it is computed from.

    Returns
    -------
    float
        0–1. Above zero by chance alone even for perfect probabilities: about
        ``0.8 · sqrt(mean(p(1 − p)) · bins / n)``.

    Raises
    ------
    InsufficientData, InvalidData
        As `reliability_table`.

    Examples
    --------
    >>> round(calibration_error([0, 0, 0, 1], [0.1, 0.1, 0.6, 0.8], bins=2), 3)
    0.15
    """
    table = reliability_table(outcomes, probabilities, bins)
    gaps = (table["predicted"] - table["observed"]).abs()
    return float((gaps * table["n"]).sum() / table["n"].sum())


def lift_table(
    outcomes: npt.ArrayLike, probabilities: npt.ArrayLike, parts: int = 10
) -> pd.DataFrame:
    """Who is found by calling the likeliest first.

    Parameters
    ----------
    outcomes : array_like of {0, 1}, shape (n,)
        What happened.
    probabilities : array_like of float, shape (n,)
        0–1. Rows of equal probability share their outcomes evenly, so their order has no say.
    parts : int
        Number of equal parts, at least 1; ten gives deciles.

    Returns
    -------
    DataFrame
        One row per part, the likeliest first: ``part`` (from 1), ``n``, ``rate`` (share
        converted), ``lift`` (rate over base rate), ``captured`` (share of all positives found so
        far). Empty parts are left out.

    Raises
    ------
    InsufficientData
        ``empty``; ``few_positives`` without a single one.
    InvalidData
        ``unequal_lengths``, ``unknown_target``, ``out_of_bounds``, ``bad_parameter``.

    Examples
    --------
    >>> lift_table([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1], parts=2).to_dict("list")["captured"]
    [1.0, 1.0]
    """
    y, p = check_probabilities(outcomes, probabilities)
    if parts < 1:
        raise InvalidData("bad_parameter", "at least one part")
    if not y.sum():
        raise InsufficientData("few_positives", needed=1, found=0)
    order = np.argsort(-p, kind="stable")
    expected = pd.Series(y).groupby(p).transform("mean").to_numpy(dtype=np.float64)[order]
    rows = [part for part in np.array_split(expected, parts) if len(part)]
    sums = np.array([part.sum() for part in rows])
    sizes = np.array([len(part) for part in rows])
    return pd.DataFrame(
        {
            "part": np.arange(1, len(rows) + 1),
            "n": sizes,
            "rate": sums / sizes,
            "lift": sums / sizes / y.mean(),
            "captured": np.minimum(np.cumsum(sums) / y.sum(), 1.0),
        }
    )


def check_probabilities(
    outcomes: npt.ArrayLike, probabilities: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Outcomes and probabilities as floats, refused unless they fit together.

    Parameters
    ----------
    outcomes : array_like of {0, 1}, shape (n,)
        What happened.
    probabilities : array_like of float, shape (n,)
        0–1.

    Returns
    -------
    outcomes, probabilities : ndarray of float, shape (n,)

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``unequal_lengths``, ``unknown_target``, ``out_of_bounds``.

    Examples
    --------
    >>> check_probabilities([True, False], [0.5, 0])
    (array([1., 0.]), array([0.5, 0. ]))
    """
    y = np.asarray(outcomes, dtype=np.float64)
    p = np.asarray(probabilities, dtype=np.float64)
    if y.shape != p.shape:
        raise InvalidData("unequal_lengths", f"{p.size} probabilities for {y.size} outcomes")
    if not y.size:
        raise InsufficientData("empty", needed=1, found=0)
    if not np.isin(y, (0.0, 1.0)).all():
        raise InvalidData("unknown_target", "outcomes must be 0 or 1, none missing")
    if not np.all((p >= 0) & (p <= 1)):
        raise InvalidData("out_of_bounds", "probabilities must lie between 0 and 1")
    return y, p
