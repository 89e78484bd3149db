"""Whether people fell into the arms as they should have."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import chisquare

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["sample_ratio_p"]

# A split is called broken below this: one sound test in a thousand is.
BROKEN_BELOW = 0.001


def sample_ratio_p(counts: Sequence[int], weights: Sequence[float]) -> float:
    """How likely counts as far from their weights are if the split is sound.

    Parameters
    ----------
    counts : sequence of int, length k ≥ 2
        People in each arm.
    weights : sequence of float, length k
        Shares that were meant, all positive; they need not add up to 1.

    Returns
    -------
    float
        Of Pearson's chi-square test. Below `BROKEN_BELOW` the arms are not comparable: people
        were lost or put into an arm by something that hangs on them.

    Raises
    ------
    InvalidData
        ``unequal_lengths``, ``out_of_bounds`` counts or weights.
    InsufficientData
        ``empty`` without people.

    References
    ----------
    A. Fabijan et al. (2019), "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments",
    KDD (821,588 against 815,482 people meant to be equal: p = 1.8e-6).

    Examples
    --------
    >>> f"{sample_ratio_p([821_588, 815_482], [1, 1]):.1e}"
    '1.8e-06'
    """
    seen, meant = np.asarray(counts, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if seen.shape != meant.shape or seen.size < 2:
        raise InvalidData("unequal_lengths", "two arms or more, each with its weight")
    if np.any(seen < 0) or not np.all(np.isfinite(meant)) or np.any(meant <= 0):
        raise InvalidData("out_of_bounds", "counts must not be negative, weights positive")
    if not seen.sum():
        raise InsufficientData("empty", needed=1, found=0)
    return float(chisquare(seen, meant / meant.sum() * seen.sum()).pvalue)
