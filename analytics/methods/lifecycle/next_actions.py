"""The next best action of each stage: what it gains over doing nothing, and on what evidence."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData
from analytics.methods.lifecycle.decisions import Policy, iterate_policies
from analytics.methods.lifecycle.transitions import Transitions

__all__ = ["NextAction", "next_actions", "weighed_actions"]

FloatArray = npt.NDArray[np.float64]

EVIDENCE = 20  # trials of an action in a stage, fewer are no evidence
DRAWS = 400
SURE = 0.5  # chance of a gain that an action needs to be recommended


@dataclass(frozen=True)
class NextAction:
    """What to do in a stage.

    Parameters
    ----------
    state, action : str
        The stage, and the best action on evidence; doing nothing where nothing is better.
    value : float
        Of the stage: expected discounted reward from now on.
    gain : float
        Expected gain over doing nothing once and going on as well as can be.
    low, high : float
        Ends of the gain with the chance asked for.
    sure : float
        Chance that it gains anything: of k of n draws that gained (k + 1/2) / (n + 1), as no number of
        draws makes it certain.
    trials : int
        How often the action was taken in this stage.

    Examples
    --------
    >>> NextAction("lead", "call", 9.0, 2.0, 1.0, 3.0, 0.99, 50).action
    'call'
    """

    state: str
    action: str
    value: float
    gain: float
    low: float
    high: float
    sure: float
    trials: int


def next_actions(
    known: Transitions, *, nothing: str, discount: float, level: float = 0.8, seed: int = 0
) -> list[NextAction]:
    """Find the best action of each stage among those that were tried often enough.

    Parameters
    ----------
    known : Transitions
        What followed on actions.
    nothing : str
        The action of doing nothing; it is always allowed.
    discount : float
        What a reward of the next period counts for now.
    level : float
        Chance that the gain lies between its ends.
    seed : int
        Of the draws behind them.

    Returns
    -------
    list of NextAction
        One a stage, in the order of the stages. An action that was taken fewer than 20 times in a
        stage, or that more probably gains nothing, is not recommended there.

    Raises
    ------
    InvalidData
        ``bad_parameter``: no such action.

    References
    ----------
    S. Mannor et al. (2007), "Bias and Variance Approximation in Value Function Estimates",
    Management Science 53, 308–322.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame(
    ...     [("lead", "call", "won", 9.0)] * 30 + [("lead", "none", "lead", 0.0)] * 30,
    ...     columns=["state", "action", "next_state", "reward"],
    ... )
    >>> from analytics.methods.lifecycle.transitions import count_transitions
    >>> found = count_transitions(rows, ["lead", "won"], ["none", "call"])
    >>> [(each.state, each.action) for each in next_actions(found, nothing="none", discount=0.9)]
    [('lead', 'call'), ('won', 'none')]
    """
    settled = _settled(known, nothing, discount, seed)
    best = settled.policy.actions.tolist()
    return [settled.told(place, action, level) for place, action in enumerate(best)]


def weighed_actions(
    known: Transitions, *, nothing: str, discount: float, level: float = 0.8, seed: int = 0
) -> list[NextAction]:
    """Weigh every action of each stage that was tried often enough, the best one or not.

    Parameters
    ----------
    known : Transitions
        What followed on actions.
    nothing : str
        The action of doing nothing; gains are set against it.
    discount : float
        What a reward of the next period counts for now.
    level : float
        Chance that a gain lies between its ends.
    seed : int
        Of the draws behind them.

    Returns
    -------
    list of NextAction
        Those of a stage beside each other, the largest gain first; doing nothing is none of them. A
        gain is what the action brings once, going on with the best policy afterwards.

    Raises
    ------
    InvalidData
        ``bad_parameter``: no such action.

    References
    ----------
    S. Mannor et al. (2007), "Bias and Variance Approximation in Value Function Estimates",
    Management Science 53, 308–322.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame(
    ...     [("lead", "call", "won", 9.0)] * 30
    ...     + [("lead", "mail", "lead", -1.0)] * 30
    ...     + [("lead", "none", "lead", 0.0)] * 30,
    ...     columns=["state", "action", "next_state", "reward"],
    ... )
    >>> from analytics.methods.lifecycle.transitions import count_transitions
    >>> found = count_transitions(rows, ["lead", "won"], ["none", "call", "mail"])
    >>> [each.action for each in weighed_actions(found, nothing="none", discount=0.9)]
    ['call', 'mail']
    """
    settled = _settled(known, nothing, discount, seed)
    found: list[NextAction] = []
    for place in range(len(known.states)):
        tried = np.flatnonzero(known.trials[place] >= EVIDENCE).tolist()
        told = [settled.told(place, each, level) for each in tried if each != settled.idle]
        found += sorted(told, key=lambda each: -each.gain)
    return found


@dataclass(frozen=True)
class _Settled:
    """The best policy on evidence, and drawn gains of all actions, shape (draws, s, a)."""

    known: Transitions
    discount: float
    idle: int
    policy: Policy
    gains: FloatArray

    def told(self, place: int, action: int, level: float) -> NextAction:
        drawn = self.gains[:, place, action]
        low, high = np.quantile(drawn, ((1 - level) / 2, (1 + level) / 2))
        moves, brought = self.known.probabilities[place], self.known.expected_rewards[place]
        ahead = self.discount * float((moves[action] - moves[self.idle]) @ self.policy.state_values)
        return NextAction(
            state=self.known.states[place],
            action=self.known.actions[action],
            value=float(self.policy.state_values[place]),
            gain=float(brought[action] - brought[self.idle]) + ahead,
            low=float(low),
            high=float(high),
            sure=float(_chance_of_gain(drawn)),
            trials=int(self.known.trials[place, action]),
        )


def _chance_of_gain(drawn: FloatArray) -> FloatArray:
    """Of draws along the first axis: the mean of what the share of gains may be, by Jeffreys' prior."""
    gained = (drawn > 0).sum(axis=0)
    return np.asarray((gained + 0.5) / (len(drawn) + 1), dtype=np.float64)


def _settled(known: Transitions, nothing: str, discount: float, seed: int) -> _Settled:
    if nothing not in known.actions:
        raise InvalidData("bad_parameter", f"no action {nothing!r}")
    idle = known.actions.index(nothing)
    allowed = known.trials >= EVIDENCE
    allowed[:, idle] = True
    here = np.arange(len(known.states))
    while True:
        policy = iterate_policies(known.probabilities, known.expected_rewards, discount, allowed)
        gains = _drawn_gains(known, policy, idle, discount, seed)
        sure = _chance_of_gain(gains[:, here, policy.actions])
        doubtful = (sure < SURE) & (policy.actions != idle)
        if not doubtful.any():
            return _Settled(known, discount, idle, policy, gains)
        allowed[here[doubtful], policy.actions[doubtful]] = False


def _drawn_gains(
    known: Transitions, policy: Policy, idle: int, discount: float, seed: int
) -> FloatArray:
    """Gains of actions over doing nothing once, where moves and rewards are as the trials allow and
    the policy is followed afterwards; shape (draws, s, a)."""
    random = np.random.default_rng(seed)
    here = np.arange(len(known.states))
    chances = known.moves.drawn(random, DRAWS)
    around = random.normal(size=(DRAWS, *known.rewards.shape)) * known.reward_errors
    rewards = known.expected_rewards + around
    moves, brought = chances[:, here, policy.actions], rewards[:, here, policy.actions]
    values = np.linalg.solve(np.eye(len(here)) - discount * moves, brought[:, :, None])[:, :, 0]
    worth = rewards + discount * np.einsum("dsat,dt->dsa", chances, values)
    return np.asarray(worth - worth[:, :, [idle]], dtype=np.float64)
