"""How many of the next people will do it, judged by how it went before."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import t as student

from analytics.methods.errors import InsufficientData, InvalidData

__all__ = ["expected_count"]

FEWEST_BEFORE = 3


def expected_count(
    happened: npt.ArrayLike, people: npt.ArrayLike, coming: int, *, level: float = 0.8
) -> tuple[float, float]:
    """Range in which the count of the next group lies, as groups before it differed from each other.

    Shares are compared as log-odds; to how much they differ between groups comes the chance of each person.

    Parameters
    ----------
    happened, people : array_like of int, shape (n,)
        Of each earlier group how many did it, and how many there were; ``0 ≤ happened ≤ people``.
    coming : int
        People of the next group.
    level : float
        Nominal coverage, between 0 and 1.

    Returns
    -------
    low, high : float
        Counts, within ``0`` and ``coming``.

    Raises
    ------
    InvalidData
        ``unequal_lengths``, ``bad_parameter``.
    InsufficientData
        ``empty``; ``few_rows`` with fewer than three groups that had people.

    References
    ----------
    J. P. T. Higgins, S. G. Thompson, D. J. Spiegelhalter (2009), "A re-evaluation of random-effects
    meta-analysis", Journal of the Royal Statistical Society A 172, 137–159 (the predictive interval).

    Examples
    --------
    >>> low, high = expected_count([95, 110, 100, 92], [1_000] * 4, 2_000)
    >>> round(low), round(high)
    (166, 238)
    """
    hits, among = (np.asarray(each, dtype=np.float64) for each in (happened, people))
    if hits.shape != among.shape or hits.ndim != 1:
        raise InvalidData("unequal_lengths", "each group needs both counts")
    if coming < 0 or not 0 < level < 1 or np.any(hits < 0) or np.any(hits > among):
        raise InvalidData("bad_parameter", "counts lie between 0 and the people of their group")
    hits, among = hits[among > 0], among[among > 0]
    if not len(hits):
        raise InsufficientData("empty", found=0, needed=FEWEST_BEFORE)
    if len(hits) < FEWEST_BEFORE:
        raise InsufficientData("few_rows", found=len(hits), needed=FEWEST_BEFORE)
    odds = logit((hits + 0.5) / (among + 1))
    middle = float(odds.mean())
    apart = float(odds.var(ddof=1)) * (1 + 1 / len(odds))
    share = float(expit(middle))
    own = 1 / max(coming * share * (1 - share), 0.5)
    reach = float(student.ppf(0.5 + level / 2, len(odds) - 1)) * np.sqrt(apart + own)
    low, high = coming * expit(middle - reach), coming * expit(middle + reach)
    return float(low), float(high)
