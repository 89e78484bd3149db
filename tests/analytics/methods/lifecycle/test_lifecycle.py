"""Moves and actions of a company whose chances are known; the two ways to solve a decision process."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.lifecycle.decisions import iterate_policies, iterate_values
from analytics.methods.lifecycle.next_actions import NextAction, next_actions
from analytics.methods.lifecycle.pooling import pool_moves
from analytics.methods.lifecycle.transitions import count_transitions
from core.phrases import percent

from .company import ACTIONS, CLEAR, DISCOUNT, STATES, history, truth


def value_of(actions: np.ndarray) -> np.ndarray:
    """What a policy is truly worth."""
    chances, rewards = truth()
    here = np.arange(len(STATES))
    moves = chances[here, actions]
    return np.linalg.solve(np.eye(len(STATES)) - DISCOUNT * moves, rewards[here, actions])


def numbers(found: list[NextAction]) -> np.ndarray:
    return np.array([ACTIONS.index(each.action) for each in found])


@pytest.mark.parametrize("seed", range(8))
def test_sixty_trials_tell_what_is_plain(seed: int) -> None:
    best = iterate_policies(*truth(CLEAR), DISCOUNT)
    assert [ACTIONS[action] for action in best.actions[:4]] == ["call", "offer", "email", "call"]
    known = count_transitions(history(60, seed, effects=CLEAR), STATES, ACTIONS)
    found = next_actions(known, nothing="none", discount=DISCOUNT)
    assert numbers(found)[:4].tolist() == best.actions[:4].tolist()


def test_policy_and_values_are_right_on_average() -> None:
    """Twenty companies with small effects, 200 trials of each action: little is lost by not knowing
    better, and values are not the luckiest ones."""
    best = iterate_policies(*truth(), DISCOUNT)
    lost, off = [], []
    for seed in range(20):
        known = count_transitions(history(200, seed), STATES, ACTIONS)
        found = next_actions(known, nothing="none", discount=DISCOUNT)
        lost.append((1 - value_of(numbers(found)) / best.state_values)[:4])
        off.append((np.array([each.value for each in found]) / best.state_values - 1)[:4])
    assert np.mean(lost) < 0.05
    assert np.abs(np.mean(off, axis=0)).max() < 0.05


def test_many_trials_find_the_policy_and_its_value() -> None:
    best = iterate_policies(*truth(), DISCOUNT)
    known = count_transitions(history(5_000, 1), STATES, ACTIONS)
    found = next_actions(known, nothing="none", discount=DISCOUNT)
    assert numbers(found).tolist() == best.actions.tolist()
    said = [each.value for each in found][:4]
    assert said == pytest.approx(best.state_values[:4].tolist(), rel=0.05)


def test_gains_lie_between_their_ends() -> None:
    """The true gain of the recommended action over doing nothing once, in four of five companies."""
    chances, rewards = truth()
    inside = []
    for seed in range(80):
        known = count_transitions(history(150, seed), STATES, ACTIONS)
        found = next_actions(known, nothing="none", discount=DISCOUNT)
        values = value_of(numbers(found))
        idle = rewards[:, 0] + DISCOUNT * chances[:, 0] @ values
        gains = values - idle
        acted = [place for place, each in enumerate(found) if each.action != "none"]
        inside += [found[place].low <= gains[place] <= found[place].high for place in acted]
    assert np.mean(inside) == pytest.approx(0.8, abs=0.1)


def test_nothing_is_recommended_without_evidence() -> None:
    skipped = (("lead", "call"), ("qualified", "offer"))
    known = count_transitions(history(200, 2, skipped), STATES, ACTIONS)
    found = {each.state: each for each in next_actions(known, nothing="none", discount=DISCOUNT)}
    assert found["lead"].action != "call"
    assert found["qualified"].action != "offer"
    few = history(200, 2, skipped)
    lucky = pd.DataFrame([("lead", "call", "customer", 900.0)] * 19, columns=few.columns)
    known = count_transitions(pd.concat([few, lucky]), STATES, ACTIONS)
    found = {each.state: each for each in next_actions(known, nothing="none", discount=DISCOUNT)}
    assert found["lead"].action != "call"
    only_idle = tuple((state, action) for state in STATES for action in ACTIONS[1:])
    known = count_transitions(history(50, 1, only_idle), STATES, ACTIONS)
    assert {each.action for each in next_actions(known, nothing="none", discount=DISCOUNT)} == {
        "none"
    }


def test_doing_nothing_gains_nothing() -> None:
    known = count_transitions(history(500, 3), STATES, ACTIONS)
    lost = next_actions(known, nothing="none", discount=DISCOUNT)[-1]
    assert (lost.state, lost.action) == ("lost", "none")
    assert lost.gain == pytest.approx(0.0, abs=1e-9)
    assert lost.sure <= 0.5


@st.composite
def processes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, float, np.ndarray]:
    states, actions = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    chances = random.dirichlet(np.full(states, draw(st.floats(0.05, 3.0))), (states, actions))
    rewards = random.normal(0, draw(st.floats(0.0, 100.0)), (states, actions))
    allowed = random.random((states, actions)) < 0.7
    allowed[:, draw(st.integers(0, actions - 1))] = True
    return chances, rewards, draw(st.floats(0.0, 0.97)), allowed


@given(processes())
@settings(max_examples=80)
def test_values_and_policies_agree(
    process: tuple[np.ndarray, np.ndarray, float, np.ndarray],
) -> None:
    chances, rewards, discount, allowed = process
    by_policy = iterate_policies(chances, rewards, discount, allowed)
    by_value = iterate_values(chances, rewards, discount, allowed)
    assert by_value.state_values == pytest.approx(by_policy.state_values, abs=1e-8)
    assert allowed[np.arange(len(rewards)), by_policy.actions].all()
    # Bellman's equation holds at the values.
    worth = np.where(allowed, rewards + discount * chances @ by_policy.state_values, -np.inf)
    assert by_policy.state_values == pytest.approx(worth.max(axis=1), abs=1e-8)


def test_discount_of_nothing_looks_at_now_alone() -> None:
    chances, rewards = truth()
    found = iterate_values(chances, rewards, 0.0)
    assert found.state_values == pytest.approx(rewards.max(axis=1))
    assert iterate_policies(chances, rewards, 0.0).actions.tolist() == [0] * 5


def test_counts_and_intervals_by_hand() -> None:
    rows = [("lead", "call", "customer", 10.0)] * 30 + [("lead", "call", "lead", -2.0)] * 70
    known = count_transitions(
        pd.DataFrame(rows, columns=["state", "action", "next_state", "reward"]), STATES, ACTIONS
    )
    lead, call, customer = 0, ACTIONS.index("call"), STATES.index("customer")
    assert known.trials[lead, call] == 100
    assert known.probabilities[lead, call, customer] == pytest.approx(0.3, abs=0.01)
    assert known.probabilities.sum(axis=2) == pytest.approx(1.0)
    low, high = known.intervals(0.9)
    assert 0.22 < low[lead, call, customer] < 0.3 < high[lead, call, customer] < 0.39
    assert known.expected_rewards[lead, call] == pytest.approx(1.6)
    assert known.reward_errors[lead, call] == pytest.approx(5.5 / 10, rel=0.05)
    # Untried actions go as the stage goes, and nobody is sure of them.
    assert known.probabilities[lead, 0].argmax() == 0
    assert known.moves.trials[lead, 0].max() < 20 < known.moves.trials[lead, call].min()


def test_actions_that_do_not_differ_are_taken_together() -> None:
    """Four actions with 100 trials each: what none of them changes is known as from over 200."""
    moves = count_transitions(history(100, 1, effects=CLEAR), STATES, ACTIONS).moves
    customer, at_risk, lost = (STATES.index(name) for name in ("customer", "at_risk", "lost"))
    email = ACTIONS.index("email")
    assert moves.trials[customer, :, lost].min() > 200
    assert moves.trials[customer, email, at_risk] < 105
    alike = count_transitions(history(100, 1, effects={}), STATES, ACTIONS).moves
    assert alike.trials.mean() > 1.1 * moves.trials.mean()


def test_drawn_chances_are_spread_around_the_expected_ones() -> None:
    known = count_transitions(history(60, 1), STATES, ACTIONS)
    drawn = known.moves.drawn(np.random.default_rng(1), 4_000)
    assert drawn.sum(axis=3) == pytest.approx(1.0)
    assert drawn.mean(axis=0) == pytest.approx(known.probabilities, abs=0.02)
    spread = np.sqrt(known.probabilities * (1 - known.probabilities) / (1 + known.moves.trials))
    assert drawn.std(axis=0) == pytest.approx(spread, rel=0.4, abs=0.02)


def test_more_actions_than_can_be_taken_together_are_refused() -> None:
    with pytest.raises(InvalidData, match="between one and 8"):
        pool_moves(np.ones((2, 9, 2)))
    with pytest.raises(InvalidData, match="shape"):
        pool_moves(np.ones((2, 2, 3)))


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([], InsufficientData, "empty"),
        ([("lead", "fax", "lost", 1.0)], InvalidData, "action: 'fax'"),
        ([("lead", "call", "nowhere", 1.0)], InvalidData, "next_state: 'nowhere'"),
        ([("lead", "call", "lost", np.nan)], InvalidData, "number"),
    ],
)
def test_rows_that_cannot_be_counted(rows: list[tuple], error: type[Exception], words: str) -> None:
    frame = pd.DataFrame(rows, columns=["state", "action", "next_state", "reward"])
    with pytest.raises(error, match=words):
        count_transitions(frame, STATES, ACTIONS)


def test_processes_that_cannot_be_solved() -> None:
    chances, rewards = truth()
    for bad in (
        (chances, rewards, 1.0, None),
        (chances * 0.9, rewards, 0.9, None),
        (chances[:, :2], rewards, 0.9, None),
        (chances, rewards, 0.9, np.zeros(rewards.shape, dtype=bool)),
    ):
        with pytest.raises(InvalidData):
            iterate_policies(*bad)
    with pytest.raises(InvalidData, match="no column"):
        count_transitions(pd.DataFrame({"state": ["lead"]}), STATES, ACTIONS)
    known = count_transitions(history(20, 1), STATES, ACTIONS)
    with pytest.raises(InvalidData, match="fax"):
        next_actions(known, nothing="fax", discount=0.9)


def test_no_number_of_draws_makes_a_gain_certain() -> None:
    rows = pd.DataFrame(
        [("lead", "call", "won", 90.0)] * 300 + [("lead", "none", "lead", 0.0)] * 300,
        columns=["state", "action", "next_state", "reward"],
    )
    known = count_transitions(rows, ["lead", "won"], ["none", "call"])
    call = next_actions(known, nothing="none", discount=0.9)[0]
    assert call.sure == pytest.approx(400.5 / 401)
    assert percent(call.sure) == ">99%"
