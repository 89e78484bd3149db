"""Actions that bring about a move equally often are taken together, each way of doing so weighed."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from analytics.methods.errors import InvalidData

__all__ = ["PooledMoves", "pool_moves"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MOST_ACTIONS = 8  # there are 4,140 ways to take eight together
# Trials that what is usual in a stage counts for in each group of actions.
USUAL = 2.0
# And that a move to each stage counts for where nothing is known.
EVEN = 0.5
# How readily an action is one of its own: the concentration of a Chinese restaurant process.
APART = 2.0


@dataclass(frozen=True)
class PooledMoves:
    """How often a move follows on an action, in each way of taking actions together.

    Parameters
    ----------
    groups : ndarray of int, shape (w, a)
        The ways: actions with the same number are taken together.
    likely : ndarray, shape (s, s, w)
        Of each move from a stage to another, how probable each way is.
    shapes : ndarray, shape (s, s, w, a)
        Moves counted in the group of an action, and those supposed beforehand.
    rates : ndarray, shape (s, w, a)
        Trials of it.

    Examples
    --------
    >>> found = pool_moves(np.array([[[30.0, 10.0], [28.0, 12.0]]] * 2))
    >>> found.chances[0].round(2).tolist()
    [[0.73, 0.27], [0.72, 0.28]]
    """

    groups: IntArray
    likely: FloatArray
    shapes: FloatArray
    rates: FloatArray

    @property
    def chances(self) -> FloatArray:
        """Expected chances of the moves, shape (s, a, s); those of an action add up to 1."""
        mean, _spread = self._moments()
        return np.asarray(mean / mean.sum(axis=2, keepdims=True), dtype=np.float64)

    @property
    def trials(self) -> FloatArray:
        """Of how many trials one would be as sure of each chance, shape (s, a, s)."""
        mean, spread = self._moments()
        return np.asarray(mean / spread, dtype=np.float64)

    def _moments(self) -> tuple[FloatArray, FloatArray]:
        """Means and variances over all ways, shape (s, a, s) each."""
        rates = self.rates[:, None]
        means = self.shapes / rates
        mean = np.einsum("stw,stwa->sat", self.likely, means)
        square = np.einsum("stw,stwa->sat", self.likely, means**2 + self.shapes / rates**2)
        return mean, square - mean**2

    def drawn(self, random: np.random.Generator, number: int) -> FloatArray:
        """Chances as they may be, shape (number, s, a, s); alike where actions are taken together."""
        size, _size, ways, _actions = self.shapes.shape
        here, there = np.arange(size)[None, :, None], np.arange(size)[None, None, :]
        chosen = random.random((number, size, size, 1)) > self.likely.cumsum(axis=2)
        way = np.minimum(chosen.sum(axis=3), ways - 1)
        own = random.standard_gamma(self.shapes[here, there, way]) / self.rates[here, way]
        groups = self.groups[way]
        first = (groups[..., :, None] == groups[..., None, :]).argmax(axis=4)
        found = np.take_along_axis(own, first, axis=3).swapaxes(2, 3)
        return np.asarray(found / found.sum(axis=3, keepdims=True), dtype=np.float64)


def pool_moves(counts: FloatArray) -> PooledMoves:
    """Weigh for each move which actions bring it about equally often.

    An action changes some of the moves from a stage and leaves the others as they are. Taken one by
    one, the others look different by chance alone, and a policy follows that chance.

    Parameters
    ----------
    counts : ndarray, shape (s, a, s)
        Moves from a stage under an action to the next stage; at most eight actions.

    Returns
    -------
    PooledMoves

    Raises
    ------
    InvalidData
        ``bad_parameter``.

    References
    ----------
    J. Hartigan (1990), "Partition Models", Communications in Statistics 19, 2745–2756; counts as
    Poisson ones, whose shares are multinomial: A. Agresti (2013), "Categorical Data Analysis", 1.2.5.

    Examples
    --------
    >>> apart = np.array([[[60.0, 40.0], [90.0, 10.0]], [[50.0, 50.0], [50.0, 50.0]]])
    >>> pool_moves(apart).chances.round(2).tolist()
    [[[0.61, 0.39], [0.9, 0.1]], [[0.5, 0.5], [0.5, 0.5]]]
    """
    if counts.ndim != 3 or counts.shape[0] != counts.shape[2] or (counts < 0).any():
        raise InvalidData("bad_parameter", "counts of moves have the shape (s, a, s)")
    if not 0 < counts.shape[1] <= MOST_ACTIONS:
        raise InvalidData("bad_parameter", f"between one and {MOST_ACTIONS} actions")
    groups = _ways(counts.shape[1])
    member = np.asarray(groups[:, :, None] == np.arange(groups.max() + 1), dtype=np.float64)
    of_stage = counts.sum(axis=1) + EVEN
    usual = USUAL * of_stage / of_stage.sum(axis=1, keepdims=True)
    shapes = usual[:, :, None, None] + np.einsum("sat,wag->stwg", counts, member)
    rates = USUAL + np.einsum("sa,wag->swg", counts.sum(axis=2), member)
    likely = _likely(shapes, rates, usual[:, :, None, None], member.sum(axis=1))
    own_shapes = np.einsum("stwg,wag->stwa", shapes, member)
    own_rates = np.einsum("swg,wag->swa", rates, member)
    return PooledMoves(groups, likely, own_shapes, own_rates)


def _likely(
    shapes: FloatArray, rates: FloatArray, usual: FloatArray, sizes: FloatArray
) -> FloatArray:
    """Posterior probabilities of the ways, by the likelihood of the groups' counts, shape (s, s, w)."""
    told = gammaln(shapes) - gammaln(usual) + usual * np.log(USUAL)
    told = np.where(sizes > 0, told - shapes * np.log(rates)[:, None], 0.0).sum(axis=3)
    before = np.log(APART) + gammaln(np.maximum(sizes, 1.0))
    told += np.where(sizes > 0, before, 0.0).sum(axis=1)
    weights = np.exp(told - told.max(axis=2, keepdims=True))
    return np.asarray(weights / weights.sum(axis=2, keepdims=True), dtype=np.float64)


@lru_cache(maxsize=MOST_ACTIONS)
def _ways(actions: int) -> IntArray:
    """All ways to take actions together, as the number of each action's group."""
    found: list[list[int]] = [[]]
    for _action in range(actions):
        found = [[*way, group] for way in found for group in range(max(way, default=-1) + 2)]
    return np.array(found, dtype=np.int64)
