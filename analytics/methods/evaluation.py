"""How good probabilities are, in single figures."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit
from sklearn.metrics import average_precision_score

from analytics.methods.calibration import fit_line
from analytics.methods.errors import InsufficientData
from analytics.methods.intervals import auc_interval
from analytics.methods.reliability import calibration_error, check_probabilities

__all__ = ["Evaluation", "count_equal_rows", "evaluate"]

TINY = 1e-6


@dataclass(frozen=True)
class Evaluation:
    """The figures of a set of probabilities.

    Parameters
    ----------
    rows, positives : int
        How many were judged and how many converted.
    base_rate : float
        Their share.
    roc_auc, roc_auc_lower, roc_auc_upper : float
        With DeLong's 95 % interval.
    average_precision : float
        Area under the precision-recall curve; chance is the base rate.
    log_loss, brier : float
        Lower is better.
    brier_base : float
        Brier score of always saying the base rate.
    calibration_error : float
        Expected calibration error, equal-count bins, as a share.
    calibration_slope, calibration_intercept : float
        Of the outcome on the log-odds: 1 and 0 are perfect; a slope below 1 is over-confident.

    Examples
    --------
    >>> evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).to_dict()["roc_auc"]
    0.75
    """

    rows: int
    positives: int
    base_rate: float
    roc_auc: float
    roc_auc_lower: float
    roc_auc_upper: float
    average_precision: float
    log_loss: float
    brier: float
    brier_base: float
    calibration_error: float
    calibration_slope: float
    calibration_intercept: float

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form."""
        return asdict(self)


def evaluate(
    outcomes: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    bins: int = 10,
    clusters: npt.ArrayLike | None = None,
) -> Evaluation:
    """All figures at once, of probabilities the model had not been trained on.

    Parameters
    ----------
    outcomes : array_like of {0, 1}, shape (n,)
        What happened.
    probabilities : array_like of float, shape (n,)
        0–1.
    bins : int
        Of the calibration error.
    clusters : array_like, shape (n,), optional
        See `auc_interval`.

    Returns
    -------
    Evaluation

    Raises
    ------
    InsufficientData
        ``empty`` or ``one_class``.
    InvalidData
        ``unequal_lengths``, ``unknown_target``, ``out_of_bounds``.

    References
    ----------
    G. W. Brier (1950), Monthly Weather Review 78; D. R. Cox (1958), Biometrika 45 (slope and
    intercept); M. P. Naeini, G. F. Cooper, M. Hauskrecht (2015), AAAI (calibration error).

    Examples
    --------
    >>> found = evaluate([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> round(found.brier, 4), found.brier_base
    (0.1581, 0.25)
    """
    y, p = check_probabilities(outcomes, probabilities)
    if y.min() == y.max():
        raise InsufficientData("one_class", needed=2, found=1)
    area = auc_interval(y, p, clusters=clusters)
    safe = np.clip(p, TINY, 1 - TINY)
    slope, intercept = fit_line(logit(safe), y)
    rate = float(y.mean())
    return Evaluation(
        rows=len(y),
        positives=int(y.sum()),
        base_rate=rate,
        roc_auc=area.auc,
        roc_auc_lower=area.lower,
        roc_auc_upper=area.upper,
        average_precision=float(average_precision_score(y, p)),
        log_loss=-float(np.mean(np.log(np.where(y == 1, safe, 1 - safe)))),
        brier=float(np.mean((p - y) ** 2)),
        brier_base=rate * (1 - rate),
        calibration_error=calibration_error(y, p, bins),
        calibration_slope=slope,
        calibration_intercept=intercept,
    )


def count_equal_rows(frame: pd.DataFrame) -> tuple[int, npt.NDArray[np.bool_]]:
    """Count the rows equal to an earlier one in every feature.

    Figures are reported with and without them: equal rows on both sides of a fold flatter.

    Parameters
    ----------
    frame : DataFrame, shape (n, f)
        The features only, no id and no outcome; raw cells or state codes.

    Returns
    -------
    count : int
        How many rows repeat an earlier one.
    first : ndarray of bool, shape (n,)
        True for the first of each set of equal rows; hand ``outcomes[first]`` and
        ``probabilities[first]`` to `evaluate`.

    Examples
    --------
    >>> count_equal_rows(pd.DataFrame({"a": [1, 1, 2], "b": ["x", "x", "x"]}))
    (1, array([ True, False,  True]))
    """
    try:
        repeated = frame.duplicated().to_numpy(dtype=bool)
    except TypeError:  # lists (several choices) cannot be hashed
        repeated = frame.map(repr).duplicated().to_numpy(dtype=bool)
    return int(repeated.sum()), ~repeated
