"""Attribution by the data: how many conversions would be lost without a touch."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.attribution.journeys import Journeys
from analytics.methods.errors import InsufficientData

__all__ = ["RemovalEffects", "removal_effects"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RemovalEffects:
    """What the Markov chain of the touches says.

    Parameters
    ----------
    shares : ndarray of float, shape (touches,)
        What each touch brought, in the unit of the worths.
    effects : ndarray of float, shape (touches,)
        Share of the conversions that would be lost without the touch, 0 to 1.
    conversion : float
        Chance that a journey converts, by the chain.

    Examples
    --------
    >>> RemovalEffects(np.array([1.0]), np.array([1.0]), 0.5).conversion
    0.5
    """

    shares: FloatArray
    effects: FloatArray
    conversion: float


def removal_effects(journeys: Journeys) -> RemovalEffects:
    """Removal effects in a first-order Markov chain, and what they share out.

    Whoever would have come to a removed touch is lost. Journeys without a conversion count: they
    are what tells touches that lead on from touches that lead nowhere.

    Parameters
    ----------
    journeys : Journeys
        A journey converted where it brought anything. Those without a touch are left out.

    Returns
    -------
    RemovalEffects
        The shares add up to what the touched journeys brought.

    Raises
    ------
    InsufficientData
        ``empty`` without touches, ``few_positives`` where nothing came of any journey.

    References
    ----------
    E. Anderl, I. Becker, F. von Wangenheim, J. H. Schumann (2016), "Mapping the customer journey",
    International Journal of Research in Marketing 33, 457–474. The example is the one that
    S. Bryl's "Attribution model with R" works out by hand.

    Examples
    --------
    >>> ways = [("1", 3), ("2", 2), ("3", 1)], [("1", 1)], [("2", 2), ("3", 1)]
    >>> found = removal_effects(Journeys.of("123", *ways, worth=[1, 0, 0]))
    >>> round(found.conversion, 3), found.effects.round(2).tolist(), found.shares.round(2).tolist()
    (0.333, [0.5, 1.0, 1.0], [0.2, 0.4, 0.4])
    """
    if not len(journeys.touch):
        raise InsufficientData("empty", needed=1, found=0)
    if not journeys.touched:
        raise InsufficientData("few_positives", needed=1, found=0)
    chain = _chain(journeys)
    whole = _converted(chain, np.ones(journeys.touches, dtype=bool))
    effects = np.zeros(journeys.touches)
    for number in range(journeys.touches):
        kept = np.arange(journeys.touches) != number
        effects[number] = max(0.0, 1 - _converted(chain, kept) / whole)
    return RemovalEffects(effects / effects.sum() * journeys.touched, effects, whole)


def _chain(journeys: Journeys) -> FloatArray:
    """Chances of the moves, shape (touches + 1, touches + 1).

    The last row is the start, the last column the conversion; what a row lacks to 1 is lost.
    """
    size = journeys.touches
    last = journeys.is_last
    first = np.roll(last, 1)
    came = (journeys.worth[journeys.journey] > 0) & last
    start, won, lost = size, size, size + 1
    ends = np.where(came[last], won, lost)
    origin = np.concatenate(
        [np.full(first.sum(), start), journeys.touch[~last], journeys.touch[last]]
    )
    target = np.concatenate([journeys.touch[first], journeys.touch[~first], ends])
    cells = np.bincount(origin * (size + 2) + target, minlength=(size + 1) * (size + 2))
    counts = cells.reshape(size + 1, size + 2).astype(np.float64)
    sums = counts.sum(axis=1, keepdims=True)
    chances: FloatArray = np.divide(counts, sums, out=np.zeros_like(counts), where=sums > 0)
    return chances[:, : size + 1]


def _converted(chain: FloatArray, kept: npt.NDArray[np.bool_]) -> float:
    """Chance to come from the start to a conversion over the touches that are kept."""
    size = len(kept)
    seen = np.flatnonzero(kept & (chain[:size].sum(axis=1) + chain[:, :size].sum(axis=0) > 0))
    if not len(seen):
        return 0.0
    within = chain[np.ix_(seen, seen)]
    from_each = np.linalg.solve(np.eye(len(seen)) - within, chain[seen, size])
    return float(chain[size, seen] @ from_each)
