"""Markov decision process: the value of each stage, and the best action in it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData

__all__ = ["Policy", "iterate_policies", "iterate_values"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NOT_ALLOWED = -np.inf
MOST_ROUNDS = 1_000  # of policies; each is better than the last one, so they end long before


@dataclass(frozen=True)
class Policy:
    """What to do in each stage, and what that is worth.

    Parameters
    ----------
    state_values : ndarray, shape (s,)
        Expected discounted reward from each stage on.
    actions : ndarray of int, shape (s,)
        The best action; of equal ones the first.
    worth : ndarray, shape (s, a)
        Reward of each action now and of the best ones afterwards; -inf where it is not allowed.

    Examples
    --------
    >>> stay = np.array([[[1.0]]])
    >>> iterate_policies(stay, np.array([[2.0]]), 0.5).state_values.tolist()
    [4.0]
    """

    state_values: FloatArray
    actions: IntArray
    worth: FloatArray


def iterate_policies(
    chances: FloatArray,
    rewards: FloatArray,
    discount: float,
    allowed: npt.NDArray[np.bool_] | None = None,
) -> Policy:
    """Improve a policy by the exact value of the last one until nothing is better.

    Parameters
    ----------
    chances : ndarray, shape (s, a, s)
        Of the next stage, under each action.
    rewards : ndarray, shape (s, a)
        Expected reward of a period.
    discount : float
        What a reward of the next period counts for now, within [0, 1).
    allowed : ndarray of bool, shape (s, a), optional
        Actions that may be chosen; at least one in each stage.

    Returns
    -------
    Policy

    Raises
    ------
    InvalidData
        ``bad_parameter``.

    References
    ----------
    R. Howard (1960), "Dynamic Programming and Markov Processes".

    Examples
    --------
    >>> chances = np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])
    >>> rewards = np.array([[1.0, -1.0], [3.0, 3.0]])
    >>> found = iterate_policies(chances, rewards, 0.9)
    >>> found.actions.tolist(), found.state_values.round(6).tolist()
    ([1, 0], [26.0, 30.0])
    """
    permitted = _checked(chances, rewards, discount, allowed)
    here = np.arange(len(rewards))
    actions = permitted.argmax(axis=1)
    for _round in range(MOST_ROUNDS):
        values = _value_of(chances[here, actions], rewards[here, actions], discount)
        worth = _worth(chances, rewards, discount, permitted, values)
        better = worth.max(axis=1) > worth[here, actions] + 1e-12 * (1 + np.abs(values))
        if not better.any():
            break
        actions = np.where(better, worth.argmax(axis=1), actions)
    return Policy(values, _first_best(worth), worth)


def iterate_values(
    chances: FloatArray,
    rewards: FloatArray,
    discount: float,
    allowed: npt.NDArray[np.bool_] | None = None,
    *,
    precision: float = 1e-9,
) -> Policy:
    """Apply Bellman's equation until values are as near to the true ones as asked.

    Parameters
    ----------
    chances, rewards, discount, allowed
        As in `iterate_policies`.
    precision : float
        Largest error of a value.

    Returns
    -------
    Policy

    Raises
    ------
    InvalidData
        ``bad_parameter``.

    References
    ----------
    R. Bellman (1957), "A Markovian Decision Process", Journal of Mathematics and Mechanics 6,
    679–684; M. Puterman (1994), "Markov Decision Processes", section 6.3 (when to stop).

    Examples
    --------
    >>> stay = np.array([[[1.0]]])
    >>> iterate_values(stay, np.array([[2.0]]), 0.5).state_values.round(6).tolist()
    [4.0]
    """
    permitted = _checked(chances, rewards, discount, allowed)
    enough = precision * (1 - discount) / (2 * discount) if discount else np.inf
    values = np.zeros(len(rewards))
    while True:
        worth = _worth(chances, rewards, discount, permitted, values)
        change = float(np.abs(worth.max(axis=1) - values).max())
        values = worth.max(axis=1)
        if change <= enough:
            worth = _worth(chances, rewards, discount, permitted, values)
            return Policy(worth.max(axis=1), _first_best(worth), worth)


def _value_of(chances: FloatArray, rewards: FloatArray, discount: float) -> FloatArray:
    """Of a policy whose moves and rewards these are."""
    found = np.linalg.solve(np.eye(len(rewards)) - discount * chances, rewards)
    return np.asarray(found, dtype=np.float64)


def _worth(
    chances: FloatArray,
    rewards: FloatArray,
    discount: float,
    permitted: npt.NDArray[np.bool_],
    values: FloatArray,
) -> FloatArray:
    return np.where(permitted, rewards + discount * (chances @ values), NOT_ALLOWED)


def _first_best(worth: FloatArray) -> IntArray:
    """The first of the actions that are best but for rounding."""
    best = worth.max(axis=1, keepdims=True)
    return np.asarray((worth >= best - 1e-9 * (1 + np.abs(best))).argmax(axis=1), dtype=np.int64)


def _checked(
    chances: FloatArray,
    rewards: FloatArray,
    discount: float,
    allowed: npt.NDArray[np.bool_] | None,
) -> npt.NDArray[np.bool_]:
    permitted = np.ones(rewards.shape, dtype=bool) if allowed is None else allowed
    if not 0 <= discount < 1:
        raise InvalidData("bad_parameter", "the discount lies within [0, 1)")
    if chances.shape != (*rewards.shape, len(rewards)) or permitted.shape != rewards.shape:
        raise InvalidData("bad_parameter", "chances (s, a, s), rewards and allowed (s, a)")
    if not np.allclose(chances.sum(axis=2), 1.0) or (chances < 0).any():
        raise InvalidData("bad_parameter", "chances of the next stage add up to 1")
    if not permitted.any(axis=1).all():
        raise InvalidData("bad_parameter", "each stage needs an action that is allowed")
    return permitted
