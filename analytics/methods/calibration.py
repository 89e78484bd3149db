"""Sigmoid (Platt) calibration: a straight line on the log-odds scale."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, xlog1py, xlogy

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["Sigmoid", "fit_line", "fit_sigmoid"]

FloatArray = npt.NDArray[np.float64]

ITERATIONS = 100
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Sigmoid:
    """Calibrated log-odds = slope × raw log-odds + offset.

    Parameters
    ----------
    slope : float
        Not negative; 1 where the raw log-odds are neither over- nor under-confident.
    offset : float
        In log-odds.
    covariance : tuple of 3 floats
        Variance of the slope, covariance, variance of the offset (inverse Hessian).

    Examples
    --------
    >>> Sigmoid(0.5, 1.0, (0.0, 0.0, 0.0)).apply(np.array([-2.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    slope: float
    offset: float
    covariance: tuple[float, float, float]

    def apply(self, logits: FloatArray) -> FloatArray:
        """Calibrated log-odds of raw log-odds, same shape."""
        return self.slope * logits + self.offset

    def variance(self, logits: FloatArray) -> FloatArray:
        """Variance that the uncertain slope and offset add to the calibrated log-odds."""
        slope, both, offset = self.covariance
        return np.maximum(slope * logits**2 + 2 * both * logits + offset, 0.0)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON form; `from_dict` gives the same sigmoid back."""
        return {"slope": self.slope, "offset": self.offset, "covariance": list(self.covariance)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Sigmoid":
        """Rebuild a sigmoid from `to_dict`."""
        slope, both, offset = stored["covariance"]
        return cls(stored["slope"], stored["offset"], (slope, both, offset))


def fit_sigmoid(logits: npt.ArrayLike, outcomes: npt.ArrayLike) -> Sigmoid:
    """Fit slope and offset by maximum likelihood on log-odds the model had not been trained on.

    The targets are Platt's smoothed ones, (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2), so that a model that
    separates the classes still gets a finite slope. A slope that would be negative (the log-odds
    carry no signal, or one that has turned) is set to zero: every row then gets the base rate.

    Parameters
    ----------
    logits : array_like of float, shape (n,)
        Out-of-fold log-odds.
    outcomes : array_like of {0, 1}, shape (n,)
        What happened.

    Returns
    -------
    Sigmoid

    Raises
    ------
    InsufficientData
        ``empty``, or ``one_class``.
    InvalidData
        ``not_finite``, or ``unequal_lengths``.

    References
    ----------
    J. Platt (1999), "Probabilistic outputs for support vector machines"; H.-T. Lin, C.-J. Lin,
    R. C. Weng (2007), "A note on Platt's probabilistic outputs for support vector machines",
    Machine Learning 68.

    Examples
    --------
    >>> logits = np.log([1/3, 1/3, 1/3, 1/3, 3, 3, 3, 3] * 500)
    >>> sigmoid = fit_sigmoid(logits, [0, 0, 0, 1, 1, 1, 1, 0] * 500)
    >>> round(sigmoid.slope, 2), abs(round(sigmoid.offset, 2))
    (1.0, 0.0)
    """
    z, y = _checked(logits, outcomes)
    target = np.where(y == 1, (y.sum() + 1) / (y.sum() + 2), 1 / (len(y) - y.sum() + 2))
    centre, scale = float(z.mean()), float(z.std()) or 1.0
    design = np.column_stack([(z - centre) / scale, np.ones_like(z)])
    weights = _maximise(design, target)
    if np.ptp(z) == 0 or weights[0] <= 0:
        rate = float(target.mean())
        return Sigmoid(0.0, float(logit(rate)), (0.0, 0.0, 1 / (len(y) * rate * (1 - rate))))
    # From the standardised scale back to the raw one: slope/scale, offset − slope·centre/scale.
    back = np.array([[1 / scale, 0.0], [-centre / scale, 1.0]])
    covariance = back @ np.linalg.inv(_hessian(design, weights)) @ back.T
    slope, offset = back @ weights
    spread = (float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1]))
    return Sigmoid(float(slope), float(offset), spread)


def fit_line(logits: FloatArray, outcomes: FloatArray) -> tuple[float, float]:
    """Maximum-likelihood slope and intercept of outcomes on log-odds, unsmoothed, of any sign.

    Parameters
    ----------
    logits : ndarray, shape (n,)
        Log-odds of the probabilities under judgement.
    outcomes : ndarray of {0.0, 1.0}, shape (n,)
        What happened, both classes present.

    Returns
    -------
    slope, intercept : float
        NaN and the log-odds of the base rate where all log-odds are equal, since no slope can
        be told; very large where they separate the classes.

    Raises
    ------
    InsufficientData, InvalidData
        As `fit_sigmoid`.

    References
    ----------
    D. R. Cox (1958), "Two further applications of a model for binary regression", Biometrika 45.

    Examples
    --------
    >>> logits = np.log([1/3, 1/3, 1/3, 1/3, 3, 3, 3, 3])
    >>> slope, intercept = fit_line(logits, np.array([0.0, 0, 0, 1, 1, 1, 1, 0]))
    >>> round(slope, 4), abs(round(intercept, 4))
    (1.0, 0.0)
    """
    z, y = _checked(logits, outcomes)
    if np.ptp(z) == 0:
        return float("nan"), float(logit(y.mean()))
    centre, scale = float(z.mean()), float(z.std())
    weights = _maximise(np.column_stack([(z - centre) / scale, np.ones_like(z)]), y)
    return float(weights[0] / scale), float(weights[1] - weights[0] * centre / scale)


def _checked(logits: npt.ArrayLike, outcomes: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    z = np.asarray(logits, dtype=np.float64)
    y = np.asarray(outcomes, dtype=np.float64)
    if z.shape != y.shape:
        raise InvalidData("unequal_lengths", f"{z.size} log-odds for {y.size} outcomes")
    if not z.size:
        raise InsufficientData("empty", needed=2, found=0)
    if not np.all(np.isfinite(z)):
        raise InvalidData("not_finite", "log-odds must be finite")
    if y.min() == y.max():
        raise InsufficientData("one_class", needed=2, found=1)
    return z, y


def _maximise(design: FloatArray, target: FloatArray) -> FloatArray:
    """Newton's method with halving, on a problem with two unknowns."""
    weights = np.array([0.0, float(logit(target.mean()))])
    loss = _loss(design, target, weights)
    for _ in range(ITERATIONS):
        gradient = design.T @ (expit(design @ weights) - target)
        ridge = 1e-10 * len(target) * np.eye(2)  # keeps a constant column solvable
        step = np.linalg.solve(_hessian(design, weights) + ridge, gradient)
        while _loss(design, target, weights - step) > loss and np.abs(step).max() > TOLERANCE:
            step = step / 2
        weights = weights - step
        before, loss = loss, _loss(design, target, weights)
        if before - loss <= TOLERANCE * abs(before):
            break
    return weights


def _loss(design: FloatArray, target: FloatArray, weights: FloatArray) -> float:
    share = expit(design @ weights)
    return -float(np.sum(xlogy(target, share) + xlog1py(1 - target, -share)))


def _hessian(design: FloatArray, weights: FloatArray) -> FloatArray:
    share = expit(design @ weights)
    hessian: FloatArray = (design.T * (share * (1 - share))) @ design
    return hessian
