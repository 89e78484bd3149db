"""Shares add up to what came in; the removal effect against an example worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.attribution.journeys import Journeys, last_touch, linear, time_decay
from analytics.methods.attribution.removal import removal_effects
from analytics.methods.errors import InsufficientData, InvalidData

RULES = (last_touch, linear, time_decay, lambda ways: removal_effects(ways).shares)
NAMES = "abcd"
touches = st.lists(st.tuples(st.sampled_from(NAMES), st.floats(0, 90)), max_size=5)
ways = st.lists(st.tuples(touches, st.sampled_from([0.0, 1.0, 250.0])), min_size=1, max_size=12)


@given(ways)
def test_shares_add_up(told: list[tuple[list[tuple[str, float]], float]]) -> None:
    journeys = Journeys.of(NAMES, *(way for way, _ in told), worth=[worth for _, worth in told])
    came = sum(worth for way, worth in told if way)
    for rule in RULES:
        if not came:
            if any(way for way, _ in told) and rule is not RULES[-1]:
                assert rule(journeys).sum() == 0
            continue
        shares = rule(journeys)
        assert shares.sum() == pytest.approx(came)
        assert shares.min() >= 0
        used = {name for way, _ in told for name, _ in way}
        assert all(shares[NAMES.index(name)] == 0 for name in NAMES if name not in used)


def test_one_touch_gets_it_all_by_every_rule() -> None:
    journeys = Journeys.of("ab", [("b", 3)], [], worth=[7, 5])
    for rule in RULES:
        assert rule(journeys).tolist() == pytest.approx([0, 7])


def test_time_decay_halves() -> None:
    journeys = Journeys.of("abc", [("a", 21), ("b", 14), ("c", 7)], worth=[7])
    assert time_decay(journeys).tolist() == pytest.approx([1, 2, 4])
    with pytest.raises(InvalidData):
        time_decay(journeys, half_life=0)


def test_a_touch_that_leads_nowhere_gets_nothing() -> None:
    told = [[("a", 1)], [("a", 1)], [("b", 1)], [("b", 1)]]
    found = removal_effects(Journeys.of("ab", *told, worth=[1, 0, 0, 0]))
    assert found.shares.tolist() == [1, 0]
    assert found.effects.tolist() == [1, 0]
    assert found.conversion == pytest.approx(0.25)


def test_removal_is_what_walking_the_chain_without_it_gives() -> None:
    """The chain walked at random, with each touch taken out, loses as many conversions."""
    told = [
        [("a", 3), ("b", 2)],
        [("b", 2), ("a", 1), ("b", 0)],
        [("a", 1)],
        [("b", 1)],
        [("c", 1)],
    ]
    journeys = Journeys.of("abc", *told, worth=[1, 1, 0, 0, 1])
    found = removal_effects(journeys)
    moves = {
        "start": ["a", "b", "a", "b", "c"],
        "a": ["b", "b", "end"],
        "b": ["won", "a", "won", "end"],
        "c": ["won"],
    }
    rng = np.random.default_rng(1)

    def share(removed: str) -> float:
        won = 0
        for _ in range(8_000):
            place = "start"
            while place in moves:
                place = moves[place][rng.integers(len(moves[place]))]
                if place == removed:
                    break
            won += place == "won"
        return won / 8_000

    whole = share("")
    assert found.conversion == pytest.approx(whole, abs=0.02)
    expected = [1 - share(name) / whole for name in "abc"]
    assert found.effects.tolist() == pytest.approx(expected, abs=0.04)


def test_what_makes_no_sense_is_refused() -> None:
    for bad in (
        {"journey": [1, 0], "touch": [0, 0], "age": [1, 1], "worth": [1, 1]},
        {"journey": [0], "touch": [5], "age": [1], "worth": [1]},
        {"journey": [0], "touch": [0], "age": [-1], "worth": [1]},
        {"journey": [0], "touch": [0], "age": [np.nan], "worth": [1]},
        {"journey": [0], "touch": [0, 0], "age": [1], "worth": [1]},
        {"journey": [2], "touch": [0], "age": [1], "worth": [1]},
    ):
        with pytest.raises(InvalidData):
            Journeys(2, **{name: np.array(column) for name, column in bad.items()})
    with pytest.raises(InvalidData):
        Journeys.of("a", [("a", 1)], worth=[])
    empty = Journeys.of("a", [], worth=[1])
    for rule in RULES:
        with pytest.raises(InsufficientData):
            rule(empty)
    with pytest.raises(InsufficientData):
        removal_effects(Journeys.of("a", [("a", 1)], worth=[0]))
