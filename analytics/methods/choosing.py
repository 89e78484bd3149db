"""Which of several models to take: the simplest that is not surely worse than the best."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.calibration import fit_sigmoid

__all__ = ["Choice", "choose_simplest"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Choice:
    """How models compare, in the order they were given.

    Parameters
    ----------
    log_loss : ndarray, shape (m,)
        Mean calibrated log loss.
    excess, standard_error : ndarray, shape (m,)
        Over the best one's, and the standard error of that paired difference.
    chosen : int
        Which one.

    Examples
    --------
    >>> Choice(np.array([0.5]), np.array([0.0]), np.array([0.0]), 0).chosen
    0
    """

    log_loss: FloatArray
    excess: FloatArray
    standard_error: FloatArray
    chosen: int


def choose_simplest(
    logits: FloatArray, outcomes: FloatArray, clusters: npt.NDArray[np.int64] | None = None
) -> Choice:
    """The first model whose calibrated log loss lies within one standard error of the best.

    The standard error is that of the paired difference per row, so that rows which are hard for
    all do not hide a real difference.

    Parameters
    ----------
    logits : ndarray, shape (m, n)
        Out-of-fold log-odds of each model, the simplest model first.
    outcomes : ndarray of {0.0, 1.0}, shape (n,)
        What happened.
    clusters : ndarray of int, shape (n,), optional
        Rows with the same number are alike, and their differences count together.

    Returns
    -------
    Choice

    References
    ----------
    L. Breiman et al. (1984), "Classification and Regression Trees" (the rule of one standard
    error).

    Examples
    --------
    >>> outcomes = np.array([0.0, 1.0] * 50)
    >>> better = np.where(outcomes == 1, 2.0, -2.0)
    >>> choose_simplest(np.stack([np.zeros(100), better, better]), outcomes).chosen
    1
    """
    losses = np.stack([_row_losses(fit_sigmoid(z, outcomes).apply(z), outcomes) for z in logits])
    excess = losses - losses[int(losses.mean(axis=1).argmin())]
    beyond = excess - excess.mean(axis=1, keepdims=True)
    if clusters is not None:
        beyond = np.stack([np.bincount(clusters, row) for row in beyond])
    error = np.sqrt((beyond**2).sum(axis=1)) / len(outcomes)
    chosen = int(np.flatnonzero(excess.mean(axis=1) <= error)[0])
    return Choice(losses.mean(axis=1), excess.mean(axis=1), error, chosen)


def _row_losses(logits: FloatArray, y: FloatArray) -> FloatArray:
    losses: FloatArray = np.logaddexp(0.0, np.where(y == 1, -logits, logits))
    return losses
