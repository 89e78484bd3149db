"""Whether the rows of today still look like those of training."""

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["population_stability", "stability_noise"]

NORMAL_99 = 2.3263478740408408  # 99 % of the standard normal distribution lies below


def population_stability(expected: npt.ArrayLike, actual: npt.ArrayLike) -> float:
    """Population stability index between two distributions over the same states.

    Parameters
    ----------
    expected, actual : array_like, shape (k,)
        Counts per state (or per bin of a score), at training and now. An empty state counts as
        half a row, so that a new or vanished state is large but finite.

    Returns
    -------
    float
        0 or more. By custom below 0.1 is stable and above 0.2 (or 0.25) has shifted.

    Raises
    ------
    InsufficientData
        ``empty`` if either side has no rows.
    InvalidData
        ``unequal_lengths``, ``out_of_bounds`` for a negative or infinite count.

    References
    ----------
    N. Siddiqi (2006), "Credit Risk Scorecards", Wiley. It is the symmetrised Kullback–Leibler
    divergence (Jeffreys 1946).

    Examples
    --------
    >>> population_stability([50, 50], [50, 50])
    0.0
    >>> round(population_stability([500, 500], [250, 750]), 4)
    0.2747
    """
    before, now = np.asarray(expected, dtype=float), np.asarray(actual, dtype=float)
    if before.shape != now.shape:
        raise InvalidData("unequal_lengths", f"{before.size} states against {now.size}")
    both = np.concatenate([before.ravel(), now.ravel()])
    if not np.all(np.isfinite(both) & (both >= 0)):
        raise InvalidData("out_of_bounds", "counts must be 0 or more")
    if not before.sum() or not now.sum():
        raise InsufficientData("empty", needed=1, found=0)
    seen = (before > 0) | (now > 0)
    p = np.maximum(before[seen], 0.5) / np.maximum(before[seen], 0.5).sum()
    q = np.maximum(now[seen], 0.5) / np.maximum(now[seen], 0.5).sum()
    return float(np.sum((q - p) * np.log(q / p)))


def stability_noise(states: int, expected_rows: float, actual_rows: float) -> float:
    """What the index reaches by chance alone in one of a hundred comparisons without any shift.

    With few rows it is far above 0.2, so a warning needs both: more than the custom, and more than
    this.

    Parameters
    ----------
    states : int
        States with rows on either side.
    expected_rows, actual_rows : float
        Rows on each side.

    Returns
    -------
    float
        Infinite without rows; 0 for a single state.

    References
    ----------
    B. Yurdakul, J. Naranjo (2020), "Statistical properties of the population stability index",
    Journal of Risk Model Validation 14: without a shift the index over (1/n + 1/m) has a chi-square
    distribution with k − 1 degrees of freedom. Its quantile by E. B. Wilson, M. M. Hilferty (1931).

    Examples
    --------
    >>> round(stability_noise(10, 5000, 60), 3), round(stability_noise(10, 5000, 5000), 4)
    (0.366, 0.0087)
    """
    degrees = states - 1
    if degrees < 1:
        return 0.0
    if not expected_rows or not actual_rows:
        return float("inf")
    spread = 2 / (9 * degrees)
    quantile = degrees * (1 - spread + NORMAL_99 * spread**0.5) ** 3
    return float(quantile * (1 / expected_rows + 1 / actual_rows))
