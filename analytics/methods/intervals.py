"""Intervals for shares and for areas under the ROC curve."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["AucInterval", "auc_interval", "wilson_interval"]

FloatArray = npt.NDArray[np.float64]
Clusters = npt.NDArray[np.int64]


@dataclass(frozen=True)
class AucInterval:
    """An area under the ROC curve with its uncertainty.

    Parameters
    ----------
    auc : float
        0.5 is chance.
    variance : float
        DeLong's variance of it.
    lower, upper : float
        Interval, within 0–1.

    Examples
    --------
    >>> AucInterval(0.8, 0.0004, 0.758, 0.836).auc
    0.8
    """

    auc: float
    variance: float
    lower: float
    upper: float


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Score interval of a binomial share, good also for few trials and shares near 0 or 1.

    Parameters
    ----------
    successes, trials : array_like, same shape
        Counts, ``0 ≤ successes ≤ trials``.
    level : float
        Nominal coverage, between 0 and 1.

    Returns
    -------
    lower, upper : ndarray of float
        Within 0–1; 0 and 1 where there were no trials.

    Raises
    ------
    InvalidData
        ``out_of_bounds`` counts, ``bad_parameter`` level.

    References
    ----------
    E. B. Wilson (1927), JASA 22, 209–212; values in R. G. Newcombe (1998), Statistics in Medicine
    17, 857–872, table I (81 of 263: .2553 to .3662).

    Examples
    --------
    >>> lower, upper = wilson_interval(81, 263)
    >>> round(float(lower), 4), round(float(upper), 4)
    (0.2553, 0.3662)
    """
    k = np.asarray(successes, dtype=np.float64)
    n = np.asarray(trials, dtype=np.float64)
    if not np.all((k >= 0) & (k <= n)):
        raise InvalidData("out_of_bounds", "successes must lie between 0 and the trials")
    z = _normal_quantile(level)
    share = np.divide(k, n, out=np.full_like(n, 0.5), where=n > 0)
    inverse = np.divide(1.0, n, out=np.zeros_like(n), where=n > 0)
    centre = share + z**2 * inverse / 2
    margin = z * np.sqrt(share * (1 - share) * inverse + (z * inverse) ** 2 / 4)
    scale = 1 + z**2 * inverse
    lower = np.where((n == 0) | (k == 0), 0.0, (centre - margin) / scale)
    upper = np.where((n == 0) | (k == n), 1.0, (centre + margin) / scale)
    return lower, upper


def auc_interval(
    outcomes: npt.ArrayLike,
    scores: npt.ArrayLike,
    level: float = 0.95,
    clusters: npt.ArrayLike | None = None,
) -> AucInterval:
    """Area under the ROC curve with DeLong's variance, by ranks in O(n log n).

    The interval is made on the log-odds of the area, so that it stays within 0 and 1.

    Parameters
    ----------
    outcomes : array_like of {0, 1}, shape (n,)
        What happened.
    scores : array_like of float, shape (n,)
        Higher means more likely; ties count half.
    level : float
        Nominal coverage, between 0 and 1.
    clusters : array_like, shape (n,), optional
        Rows with the same value are alike, such as moments of one lead; each stands alone if None.

    Returns
    -------
    AucInterval
        With fewer than two rows of a class, or perfect separation, the interval is 0–1 or
        the point itself.

    Raises
    ------
    InsufficientData
        ``empty`` or ``one_class``.
    InvalidData
        ``unequal_lengths``, ``not_finite``, ``bad_parameter``.

    References
    ----------
    E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson (1988), Biometrics 44, 837–845; X. Sun, W. Xu
    (2014), "Fast implementation of DeLong's algorithm", IEEE Signal Processing Letters 21; N. A.
    Obuchowski (1997), Biometrics 53, 567–578 (clusters).

    Examples
    --------
    >>> found = auc_interval([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> found.auc, found.variance
    (0.75, 0.125)
    """
    y = np.asarray(outcomes, dtype=np.float64)
    x = np.asarray(scores, dtype=np.float64)
    if y.shape != x.shape:
        raise InvalidData("unequal_lengths", f"{x.size} scores for {y.size} outcomes")
    if not y.size:
        raise InsufficientData("empty", needed=2, found=0)
    if not np.all(np.isfinite(x)):
        raise InvalidData("not_finite", "scores must be finite")
    z = _normal_quantile(level)
    won, lost = x[y == 1], x[y == 0]
    m, n = len(won), len(lost)
    if not m or not n:
        raise InsufficientData("one_class", needed=2, found=1)
    ranks = rankdata(np.concatenate([won, lost]))
    # Placements: the share of the other class that each row is ranked above.
    won_place = (ranks[:m] - rankdata(won)) / n
    lost_place = 1 - (ranks[m:] - rankdata(lost)) / m
    auc = float(won_place.mean())
    group = np.arange(len(y)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    variance = _clustered_variance(won_place - auc, lost_place - auc, group[y == 1], group[y == 0])
    if np.isnan(variance):
        return AucInterval(auc, variance, 0.0, 1.0)
    if auc in {0.0, 1.0} or variance == 0:
        return AucInterval(auc, variance, auc, auc)
    margin = z * variance**0.5 / (auc * (1 - auc))
    ends = expit(logit(auc) + np.array([-margin, margin]))
    return AucInterval(auc, variance, float(ends[0]), float(ends[1]))


def _clustered_variance(
    won: FloatArray, lost: FloatArray, won_cluster: Clusters, lost_cluster: Clusters
) -> float:
    """Of an area, from how far the placements of both classes lie from it."""
    m, n = len(won), len(lost)
    size = int(max(won_cluster.max(), lost_cluster.max())) + 1
    won_sums = np.bincount(won_cluster, won, size)
    lost_sums = np.bincount(lost_cluster, lost, size)
    won_count, lost_count, count = (
        len(np.unique(each))
        for each in (won_cluster, lost_cluster, np.concatenate([won_cluster, lost_cluster]))
    )
    if min(won_count, lost_count) < 2:
        return float("nan")
    return float(
        won_count / (won_count - 1) * (won_sums @ won_sums) / m**2
        + lost_count / (lost_count - 1) * (lost_sums @ lost_sums) / n**2
        + 2 * count / (count - 1) * (won_sums @ lost_sums) / (m * n)
    )


def _normal_quantile(level: float) -> float:
    if not 0 < level < 1:
        raise InvalidData("bad_parameter", f"level must lie between 0 and 1, not {level}")
    return float(norm.ppf((1 + level) / 2))
