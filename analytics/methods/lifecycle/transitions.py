"""Moves between stages under the actions taken, counted and smoothed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import beta

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.lifecycle.pooling import PooledMoves, pool_moves

__all__ = ["Transitions", "count_transitions"]

FloatArray = npt.NDArray[np.float64]

COLUMNS = ("state", "action", "next_state", "reward")
# Trials that the mean reward of a stage counts for.
FEW = 2.0


@dataclass(frozen=True)
class Transitions:
    """What followed on each action in each stage.

    Parameters
    ----------
    states, actions : tuple of str
        In the order of the axes.
    counts : ndarray, shape (s, a, s)
        Moves from a stage under an action to the next stage.
    rewards, squares : ndarray, shape (s, a)
        Sums of what the periods brought, and of its squares.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     [("lead", "call", "customer", 90.0), ("lead", "call", "lead", -10.0)],
    ...     columns=["state", "action", "next_state", "reward"],
    ... )
    >>> found = count_transitions(rows, ["lead", "customer"], ["none", "call"])
    >>> found.trials[0].tolist(), found.rewards[0].tolist()
    ([0.0, 2.0], [0.0, 80.0])
    """

    states: tuple[str, ...]
    actions: tuple[str, ...]
    counts: FloatArray
    rewards: FloatArray
    squares: FloatArray

    @property
    def trials(self) -> FloatArray:
        """How often each action was taken in each stage, shape (s, a)."""
        return np.asarray(self.counts.sum(axis=2), dtype=np.float64)

    @cached_property
    def moves(self) -> PooledMoves:
        """The moves, where actions that bring one about equally often are taken together."""
        return pool_moves(self.counts)

    @cached_property
    def probabilities(self) -> FloatArray:
        """Expected chances of the moves, shape (s, a, s)."""
        return self.moves.chances

    @property
    def expected_rewards(self) -> FloatArray:
        """Mean of what a period brings, drawn to the mean of the stage by two trials, shape (s, a)."""
        trials = self.trials
        known = trials.sum(axis=1)
        usual = self.rewards.sum(axis=1) / np.maximum(known, 1.0)
        found = (self.rewards + FEW * usual[:, None]) / (trials + FEW)
        return np.asarray(found, dtype=np.float64)

    @property
    def reward_errors(self) -> FloatArray:
        """Standard errors of these means, shape (s, a); of a single trial that of the stage's spread."""
        trials = self.trials
        known = np.maximum(trials.sum(axis=1), 1.0)
        mean = self.rewards.sum(axis=1) / known
        spread = np.maximum(self.squares.sum(axis=1) / known - mean**2, 0.0)
        own = np.maximum(trials, 1.0)
        apart = np.maximum(self.squares / own - (self.rewards / own) ** 2, 0.0)
        pooled = (apart * trials + FEW * spread[:, None]) / (trials + FEW)
        return np.asarray(np.sqrt(pooled / (trials + FEW)), dtype=np.float64)

    def intervals(self, level: float = 0.9) -> tuple[FloatArray, FloatArray]:
        """Credible ends of each move's chance, shape (s, a, s) each."""
        chances, trials = self.probabilities, self.moves.trials
        ends = ((1 - level) / 2, (1 + level) / 2)
        low, high = (beta.ppf(end, chances * trials, (1 - chances) * trials) for end in ends)
        return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)


def count_transitions(
    rows: pd.DataFrame, states: Sequence[str], actions: Sequence[str]
) -> Transitions:
    """Count what followed on each action in each stage.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row a customer and period: ``state``, ``action``, ``next_state``, ``reward`` (margin less
        cost of the action, in one currency).
    states, actions : sequence of str
        All there are.

    Returns
    -------
    Transitions

    Raises
    ------
    InsufficientData
        ``empty``.
    InvalidData
        ``missing_column``; ``out_of_bounds``: a stage or action that is none of these;
        ``not_finite``: a reward that is no number.

    References
    ----------
    P. Pfeifer and R. Carraway (2000), "Modeling Customer Relationships as Markov Chains", Journal
    of Interactive Marketing 14, 43–55.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     [("a", "none", "b", 1.0)] * 8, columns=["state", "action", "next_state", "reward"]
    ... )
    >>> count_transitions(rows, ["a", "b"], ["none"]).probabilities[0, 0].round(2).tolist()
    [0.01, 0.99]
    """
    missing = [name for name in COLUMNS if name not in rows.columns]
    if missing:
        raise InvalidData("missing_column", f"no column {missing[0]!r}")
    if not len(rows):
        raise InsufficientData("empty", needed=1, found=0)
    here, there = (_places(rows[name], states) for name in ("state", "next_state"))
    taken = _places(rows["action"], actions)
    reward = rows["reward"].to_numpy(dtype=np.float64)
    if not np.isfinite(reward).all():
        raise InvalidData("not_finite", "each reward has to be a number")
    counts = np.zeros((len(states), len(actions), len(states)))
    np.add.at(counts, (here, taken, there), 1.0)
    rewards, squares = np.zeros(counts.shape[:2]), np.zeros(counts.shape[:2])
    np.add.at(rewards, (here, taken), reward)
    np.add.at(squares, (here, taken), reward**2)
    return Transitions(tuple(states), tuple(actions), counts, rewards, squares)


def _places(cells: "pd.Series[str]", names: Sequence[str]) -> npt.NDArray[np.int64]:
    places = pd.Index(names).get_indexer(pd.Index(cells))
    if (places < 0).any():
        raise InvalidData("out_of_bounds", f"{cells.name}: {cells.iloc[places.argmin()]!r}")
    return np.asarray(places, dtype=np.int64)
