"""Thompson's shares: all are handed out, evidence is followed, intervals for daily looks stay true."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.experiments.always_valid import always_valid
from analytics.methods.experiments.bandits import thompson_shares
from analytics.methods.experiments.effects import arm_of_counts, compare_arms

counts_of_arms = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda pair: (min(pair), max(pair))),
    min_size=2,
    max_size=5,
)


@given(counts_of_arms, st.integers(0, 99), st.floats(0, 0.2))
@settings(max_examples=60, deadline=None)
def test_thompson_keeps_a_part_for_each_and_hands_out_all(arms, seed, least) -> None:
    happened, people = zip(*arms, strict=True)
    shares = thompson_shares(happened, people, seed=seed, least=least, draws=2_000)
    assert shares.sum() == pytest.approx(1)
    assert shares.min() >= least - 1e-12
    assert np.array_equal(
        shares, thompson_shares(happened, people, seed=seed, least=least, draws=2_000)
    )


@given(st.integers(1, 60), st.integers(60, 300), st.integers(1, 40), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_thompson_follows_the_evidence(happened, people, more, seed) -> None:
    """One more success never takes from an arm, but for the noise of the draws; the better of two gets more."""
    rival = (happened, people)
    before = thompson_shares([happened, rival[0]], [people, rival[1]], seed=seed, draws=20_000)
    better = min(happened + more, people)
    after = thompson_shares([better, rival[0]], [people, rival[1]], seed=seed, draws=20_000)
    assert after[0] >= before[0] - 0.03
    if better > happened:
        assert after[0] >= after[1] - 0.03


@given(st.integers(0, 50), st.integers(50, 200), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_arms_alike_get_alike(happened, people, seed) -> None:
    shares = thompson_shares([happened] * 3, [people] * 3, seed=seed, draws=20_000)
    assert shares == pytest.approx([1 / 3] * 3, abs=0.03)


@given(st.integers(2, 30), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_ten_times_the_evidence_is_trusted_more(happened, seed) -> None:
    """The same rates on more people: the better arm is surer, so its share grows."""
    few = thompson_shares([happened, happened + 6], [60, 60], seed=seed, draws=20_000)
    many = thompson_shares(
        [10 * happened, 10 * (happened + 6)], [600, 600], seed=seed, draws=20_000
    )
    assert many[1] >= few[1] - 0.02


def test_steps_towards_the_better_do_not_break_the_always_valid_interval() -> None:
    """Sent by Thompson's shares, looked at after each step: two arms alike are seldom called different."""
    rng, alarms, runs = np.random.default_rng(11), 0, 200
    for number in range(runs):
        happened, people = np.zeros(2), np.zeros(2)
        is_alarm = False
        for step in range(15):
            shares = thompson_shares(
                happened.astype(int).tolist(),
                people.astype(int).tolist(),
                seed=31 * number + step,
                draws=500,
            )
            sent = np.round(shares * 200).astype(int)
            happened += rng.binomial(sent, 0.1)
            people += sent
            arms = [arm_of_counts(int(h), int(n)) for h, n in zip(happened, people, strict=True)]
            if all(arm.is_counted_enough for arm in arms):
                told = always_valid(compare_arms(*arms), tuned_for=3_000.0)
                is_alarm = is_alarm or told.is_clear
        alarms += is_alarm
    assert alarms / runs <= 0.05
