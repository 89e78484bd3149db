"""How good the policies are that are found from few trials, in made-up companies whose truth is known.

    python -m benchmarks.lifecycle_policies            100 companies with 50, 100, 200 and 500 trials of each action
    python -m benchmarks.lifecycle_policies 300 --discount 0.8

Lost is what following the found policy brings less than following the best one, both by the true chances and
rewards and from the first four stages alike, as a share of what the best one brings.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.lifecycle.decisions import Policy, iterate_policies
from analytics.methods.lifecycle.next_actions import NextAction, next_actions
from analytics.methods.lifecycle.transitions import Transitions

FloatArray = npt.NDArray[np.float64]

STATES = ("lead", "qualified", "customer", "at_risk", "lost")
ACTIONS = ("none", "email", "call", "offer")
MARGINS = np.array([0.0, 0.0, 60.0, 15.0, 0.0])
ALIVE = 4  # stages before "lost"
NOISE = 10.0  # standard deviation of what a month brings
EFFECTIVE = 0.4  # share of actions that change anything in a stage
TRIALS = (50, 100, 200, 500)
PLAIN = 2.0  # standard errors by which the best action of a stage is better than the second


@dataclass(frozen=True)
class Company:
    """Chances (s, a, s) and expected rewards (s, a)."""

    chances: FloatArray
    rewards: FloatArray

    @classmethod
    def made_up(cls, random: np.random.Generator) -> "Company":
        """Stages that mostly last, and actions that each change one move, in some stages only."""
        size, taken = len(STATES), len(ACTIONS)
        idle = 0.5 * random.dirichlet(np.full(size, 0.5), size) + 0.5 * np.eye(size)
        idle[-1] = np.eye(size)[-1] * 0.995 + np.eye(size)[0] * 0.005
        chances = np.repeat(idle[:, None, :], taken, axis=1)
        for state in range(ALIVE):
            for action in range(1, taken):
                if random.random() < EFFECTIVE:
                    row = chances[state, action]
                    instead_of, more = random.choice(size, p=row), random.integers(ALIVE)
                    moved = row[instead_of] * random.uniform(0.2, 0.9)
                    row[instead_of] -= moved
                    row[more] += moved
        costs = np.array([0.0, *np.sort(random.uniform(0, 25, taken - 1))])
        return cls(chances, MARGINS[:, None] - costs)

    def tried(self, trials: int, random: np.random.Generator) -> Transitions:
        """What follows on so many trials of each action in each stage."""
        counts = random.multinomial(trials, self.chances).astype(np.float64)
        brought = random.normal(self.rewards[..., None], NOISE, (*self.rewards.shape, trials))
        return Transitions(STATES, ACTIONS, counts, brought.sum(axis=2), (brought**2).sum(axis=2))

    def value_of(self, actions: npt.NDArray[np.int64], discount: float) -> FloatArray:
        """What a policy is truly worth from each stage."""
        here = np.arange(len(STATES))
        moves = np.eye(len(STATES)) - discount * self.chances[here, actions]
        return np.asarray(np.linalg.solve(moves, self.rewards[here, actions]), dtype=np.float64)

    def are_plain(self, best: Policy, trials: int, discount: float) -> npt.NDArray[np.bool_]:
        """Stages where the second best action is worse by more than chance makes of so many trials."""
        ahead = discount * best.state_values
        mean = self.chances @ ahead
        spread = self.chances @ ahead**2 - mean**2 + NOISE**2
        order = np.argsort(-best.worth, axis=1)[:, :2]
        first, second = np.take_along_axis(best.worth, order, axis=1).T
        error = np.sqrt(np.take_along_axis(spread, order, axis=1).sum(axis=1) / trials)
        return np.asarray((first - second > PLAIN * error)[:ALIVE], dtype=np.bool_)


@dataclass(frozen=True)
class Judged:
    """The first four stages of many companies with as many trials of each action."""

    is_best: npt.NDArray[np.bool_]  # (companies, stages)
    is_plain: npt.NDArray[np.bool_]
    lost: FloatArray  # (companies,)
    off: FloatArray  # how far the told values are from the true ones of the best policy, (companies, stages)

    @property
    def best_where_plain(self) -> float:
        return float(self.is_best[self.is_plain].mean())

    @property
    def near(self) -> float:
        """Companies that lose 5 % at most."""
        return float((self.lost <= 0.05).mean())


def judge(companies: int, trials: int, discount: float, first_seed: int = 0) -> Judged:
    rows = [_judge_one(first_seed + number, trials, discount) for number in range(companies)]
    best, plain, lost, off = zip(*rows, strict=True)
    return Judged(np.array(best), np.array(plain), np.array(lost), np.array(off))


def _judge_one(
    seed: int, trials: int, discount: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], float, FloatArray]:
    random = np.random.default_rng(seed)
    company = Company.made_up(random)
    best = iterate_policies(company.chances, company.rewards, discount)
    found = next_actions(company.tried(trials, random), nothing="none", discount=discount)
    actions = numbers_of(found)
    worth, most = (
        company.value_of(each, discount)[:ALIVE].sum() for each in (actions, best.actions)
    )
    said = np.array([each.value for each in found])
    return (
        (actions == best.actions)[:ALIVE],
        company.are_plain(best, trials, discount),
        float(1 - worth / most),
        (said / best.state_values - 1)[:ALIVE],
    )


def numbers_of(found: Sequence[NextAction]) -> npt.NDArray[np.int64]:
    return np.array([ACTIONS.index(each.action) for each in found], dtype=np.int64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("companies", type=int, nargs="?", default=100)
    parser.add_argument("--discount", type=float, default=0.95)
    given = parser.parse_args()
    print(f"{given.companies} companies, discount {given.discount}")
    print("trials  best action  where plain (stages)  lost: mean, median  at most 5 %  values off")
    for trials in TRIALS:
        found = judge(given.companies, trials, given.discount)
        print(
            f"{trials:6}  {found.is_best.mean():11.1%}  {found.best_where_plain:11.1%} "
            f"({found.is_plain.mean():.0%})  {found.lost.mean():9.1%}, {np.median(found.lost):.1%}  "
            f"{found.near:15.0%}  {np.median(np.abs(found.off)):9.1%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
