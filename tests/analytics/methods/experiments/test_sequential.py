"""Daily looks: false alarms stay below 5 %, power beside a fixed test's, verdicts in words."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.errors import InvalidData
from analytics.methods.experiments.always_valid import always_valid, sequential_margin
from analytics.methods.experiments.bandits import chances_of_best, thompson_shares
from analytics.methods.experiments.effects import Effect, arm_of_counts, compare_arms
from analytics.methods.experiments.planning import (
    days_needed,
    people_needed,
    power_of,
    smallest_effect,
)
from analytics.methods.experiments.verdicts import Rules, judge

DAYS = 20


def looked_at_daily(
    usual: float, change: float, people: int, tests: int, seed: int
) -> dict[str, float]:
    """Shares of the tests that were ever clear: by fixed looks, by always-valid ones, on the last day."""
    rng = np.random.default_rng(seed)
    a_day = people // (2 * DAYS)
    found = {"fixed_daily": 0, "always_valid": 0, "fixed_once": 0}
    rules = Rules(days=DAYS, tuned_for=people)
    for _ in range(tests):
        happened = rng.binomial(a_day, [usual + change, usual], (DAYS, 2)).cumsum(axis=0)
        ever = {"fixed_daily": False, "always_valid": False}
        for day, (one, other) in enumerate(happened.tolist(), start=1):
            arms = arm_of_counts(one, a_day * day), arm_of_counts(other, a_day * day)
            effect = compare_arms(*arms)
            ever["fixed_daily"] |= effect.is_clear
            word = judge(*arms, ratio_p=1.0, days=day, rules=rules).word
            ever["always_valid"] |= word in {"clear_gain", "clear_loss"}
        found["fixed_once"] += effect.is_clear
        for name, was in ever.items():
            found[name] += was
    return {name: count / tests for name, count in found.items()}


@pytest.mark.acceptance
def test_false_alarms_and_power_of_daily_looks() -> None:
    same = looked_at_daily(0.10, 0.0, 4_000, 2_000, seed=1)
    print(f"2,000 A/A tests, {DAYS} daily looks: {same}")
    assert same["always_valid"] <= 0.05
    assert same["fixed_daily"] == pytest.approx(0.24, abs=0.03)
    people = people_needed(0.10, 0.04)
    real = looked_at_daily(0.10, 0.04, people, 1_000, seed=2)
    longer = looked_at_daily(
        0.10, 0.04, people_needed(0.10, 0.04, is_sequential=True), 1_000, seed=3
    )
    print(f"A/B from 10 to 14 %, {people} people: {real}; with the people it needs: {longer}")
    assert real["fixed_once"] == pytest.approx(0.8, abs=0.04)
    assert real["always_valid"] > 0.4
    assert longer["always_valid"] >= 0.79


def test_daily_looks_at_nothing_seldom_alarm() -> None:
    same = looked_at_daily(0.10, 0.0, 4_000, 150, seed=5)
    assert same["always_valid"] <= 0.05
    assert same["fixed_daily"] > 0.12


@given(st.floats(-0.5, 0.5), st.floats(1e-4, 0.2), st.integers(2, 10**6))
def test_p_value_and_interval_say_the_same(difference: float, error: float, people: int) -> None:
    effect = Effect(difference, error, 0, 0, 0, people)
    found = always_valid(effect)
    assert 0 <= found.p_value <= 1
    margin = sequential_margin(people)
    if abs(abs(difference) / error - margin) > 1e-9:
        assert (found.p_value < 0.05) == found.is_clear
    fixed = 1.959964 * error
    assert found.upper - found.lower > 2 * fixed
    tuned = sequential_margin(people, tuned_for=people)
    assert tuned <= margin + 1e-12


def test_margin_is_growthbooks() -> None:
    """Half-width as GrowthBook writes it down, with s² n of the difference."""
    people, alpha, tuned, error = 1_234, 0.05, 5_000, 0.01
    rho = math.sqrt((-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / tuned)
    s2 = error**2 * people
    spread = people * rho**2
    half = math.sqrt(s2) * math.sqrt(
        2 * (spread + 1) * math.log(math.sqrt(spread + 1) / alpha) / (people * rho) ** 2
    )
    assert sequential_margin(people) * error == pytest.approx(half)


def test_always_valid_is_that_of_theory_by_simulation() -> None:
    """Normal steps without an effect: hardly ever outside over a thousand looks."""
    rng = np.random.default_rng(4)
    steps = rng.normal(size=(2_000, 1_000)).cumsum(axis=1)
    people = np.arange(1, 1_001)
    margins = np.array([sequential_margin(n, tuned_for=500) for n in people.tolist()])
    alarms = (np.abs(steps) / np.sqrt(people) > margins).any(axis=1).mean()
    assert alarms <= 0.05


def test_verdicts() -> None:
    arms = arm_of_counts(300, 4_000), arm_of_counts(290, 4_000)
    gain = arm_of_counts(460, 4_000), arm_of_counts(300, 4_000)
    few = arm_of_counts(4, 4_000), arm_of_counts(40, 4_000)

    def word(of: tuple, ratio_p: float = 0.5, days: float = 20, **more: float) -> str:
        return judge(*of, ratio_p=ratio_p, days=days, rules=Rules(**more)).word

    assert word(gain) == "clear_gain"
    assert word(gain[::-1]) == "clear_loss"
    assert word(gain, days=2) == "days_left"
    assert word(arms, days=5) == "days_left"
    assert judge(*arms, ratio_p=0.5, days=5).days_left == 9
    assert word(arms) == "look_again"
    assert word(arms, worth=0.02) == "no_effect"
    assert word(few) == "no_data"
    assert word(few, days=5) == "days_left"
    with pytest.raises(InvalidData):
        word(arms, worth=-1)
    with pytest.raises(InvalidData):
        word(arms, ratio_p=2)


@given(st.integers(0, 900), st.integers(0, 900), st.floats(0, 0.00099), st.floats(0, 400))
def test_a_broken_split_is_never_given_a_verdict(
    one: int, other: int, ratio_p: float, days: float
) -> None:
    found = judge(arm_of_counts(one, 900), arm_of_counts(other, 900), ratio_p=ratio_p, days=days)
    assert (found.word, found.effect, found.always) == ("unhealthy", None, None)


@given(st.floats(0.02, 0.5), st.floats(0.02, 0.3), st.floats(0.1, 0.9), st.booleans())
def test_people_needed_have_the_power(
    usual: float, change: float, share: float, is_sequential: bool
) -> None:
    more = {"share": share, "is_sequential": is_sequential}
    people = people_needed(usual, change, **more)
    assert power_of(people, usual, change, **more) == pytest.approx(0.8, abs=0.06)
    assert power_of(people, usual, change, **more) >= 0.8 - 1e-6
    found = smallest_effect(people, usual, **more)
    assert found is not None
    assert found <= change * (1 + 1e-6)


def test_planned_power_comes_true() -> None:
    people = people_needed(0.05, 0.02, share=0.9)
    rng = np.random.default_rng(6)
    treated, control = round(people * 0.9), round(people * 0.1)
    clear = 0
    for one, other in zip(
        rng.binomial(treated, 0.07, 2_000), rng.binomial(control, 0.05, 2_000), strict=True
    ):
        clear += compare_arms(arm_of_counts(one, treated), arm_of_counts(other, control)).is_clear
    assert clear / 2_000 == pytest.approx(0.8, abs=0.06)


def test_plans_refuse_nonsense() -> None:
    for ask in (
        lambda: people_needed(0.1, 0.0),
        lambda: people_needed(0.1, 0.95),
        lambda: people_needed(0.1, 0.1, power=0.01),
        lambda: people_needed(0.1, 0.1, share=1.0),
        lambda: power_of(0, 0.1, 0.1),
        lambda: days_needed(100, 0),
        lambda: sequential_margin(0),
    ):
        with pytest.raises(InvalidData):
            ask()
    assert smallest_effect(4, 0.5) is None
    assert days_needed(100, 7, at_least=3) == 15


def test_better_arms_get_more() -> None:
    chances = chances_of_best([10, 40, 12], [100, 100, 100], seed=1)
    assert chances.sum() == pytest.approx(1)
    assert chances.argmax() == 1
    shares = thompson_shares([10, 40, 12], [100, 100, 100], seed=1, least=0.1)
    assert shares.sum() == pytest.approx(1)
    assert shares.min() >= 0.1
    even = thompson_shares([0, 0], [0, 0], seed=1)
    assert even == pytest.approx([0.5, 0.5], abs=0.02)
    for happened, people in (([2], [1]), ([1, 1], [1])):
        with pytest.raises(InvalidData):
            thompson_shares(happened, people)
    with pytest.raises(InvalidData):
        thompson_shares([1, 1], [2, 2], least=0.6)


def test_thompson_loses_less_than_even_shares() -> None:
    rng = np.random.default_rng(7)
    truth = np.array([0.05, 0.08, 0.05])
    happened, people = np.zeros(3, int), np.zeros(3, int)
    for step in range(20):
        shares = thompson_shares(happened.tolist(), people.tolist(), seed=step, draws=2_000)
        sent = np.round(shares * 500).astype(int)
        happened += rng.binomial(sent, truth)
        people += sent
    assert happened.sum() / people.sum() > truth.mean() + 0.01
    assert people.min() > 0.04 * people.sum()
