"""Maximum likelihood of a few positive parameters, and how sure they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

__all__ = ["LikelihoodFit", "maximise_likelihood"]

FloatArray = npt.NDArray[np.float64]
LEAST = 1e-4
STEP = 1e-4


@dataclass(frozen=True)
class LikelihoodFit:
    """The best parameters and their spread.

    Parameters
    ----------
    parameters : ndarray, shape (k,)
        Positive.
    log_likelihood : float
        Of all rows.
    covariance : ndarray, shape (k, k)
        Of the logarithms of the parameters.

    Examples
    --------
    >>> LikelihoodFit(np.ones(2), -10.0, np.eye(2)).parameters.tolist()
    [1.0, 1.0]
    """

    parameters: FloatArray
    log_likelihood: float
    covariance: FloatArray


def maximise_likelihood(
    slope: Callable[[FloatArray], tuple[float, FloatArray]],
    starts: Sequence[Sequence[float]],
    most: Sequence[float],
) -> LikelihoodFit:
    """Climb from several beginnings and keep the highest point.

    Parameters
    ----------
    slope : callable
        Positive parameters, shape (k,), to the log-likelihood and its derivatives by them.
    starts : sequence of sequence of float
        Where to begin.
    most : sequence of float, length k
        Upper ends of the parameters: what the data do not bound would grow without end.

    Returns
    -------
    LikelihoodFit
        The covariance is the inverse of the curvature at the top; directions that the data say
        nothing of get the spread of a unit normal of the logarithm.

    Examples
    --------
    >>> def slope(p):
    ...     return float(-((np.log(p) - 1) ** 2).sum()), -2 * (np.log(p) - 1) / p
    >>> maximise_likelihood(slope, [[1.0]], [100.0]).parameters.round(4).tolist()
    [2.7183]
    """

    def descent(logs: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = slope(np.exp(logs))
        return -value, -gradient * np.exp(logs)

    found = [
        minimize(
            descent,
            np.log(start),
            jac=True,
            method="L-BFGS-B",
            bounds=[(np.log(LEAST), np.log(end)) for end in most],
            options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 2000, "maxfun": 4000},
        )
        for start in starts
    ]
    best = min(found, key=lambda one: float(one.fun))
    top = np.asarray(best.x, dtype=np.float64)
    return LikelihoodFit(np.exp(top), -float(best.fun), _covariance(descent, top))


def _covariance(
    descent: Callable[[FloatArray], tuple[float, FloatArray]], top: FloatArray
) -> FloatArray:
    steps = STEP * np.eye(len(top))
    curvature = np.stack(
        [(descent(top + step)[1] - descent(top - step)[1]) / (2 * STEP) for step in steps]
    )
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    spread: FloatArray = (vectors / np.maximum(values, 1.0)) @ vectors.T
    return spread
