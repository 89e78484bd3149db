"""Contributions add up to the change, whatever the parts; each says what it should on cases by hand."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.methods.decomposition import of_product, of_rate, of_sum

AMOUNT = st.floats(-1e6, 1e6)
PARTS = st.dictionaries(st.sampled_from("abcde"), AMOUNT)
COUNTS = st.integers(0, 50).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size)))
GROUPS = st.dictionaries(st.sampled_from("abcde"), COUNTS, min_size=1)


@given(PARTS, PARTS)
def test_parts_of_a_sum_add_up(before: dict[str, float], now: dict[str, float]) -> None:
    change = sum(now.values()) - sum(before.values())
    assert sum(of_sum(before, now).values()) == pytest.approx(change, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 1e3), st.floats(0, 1e3)), max_size=4))
def test_factors_of_a_product_add_up(pairs: list[tuple[float, float]]) -> None:
    before, now = [one for one, _ in pairs], [two for _, two in pairs]
    change = 1.0
    for value in now:
        change *= value
    start = 1.0
    for value in before:
        start *= value
    # Rounding is that of the largest product on the way.
    largest = prod(max(pair) for pair in pairs)
    assert sum(of_product(before, now)) == pytest.approx(change - start, abs=1e-12 * largest + 1e-9)


@given(st.lists(st.floats(0.1, 1e3), min_size=2, max_size=4), st.data())
def test_order_of_the_factors_is_irrelevant(before: list[float], data: st.DataObject) -> None:
    now = data.draw(st.lists(st.floats(0.1, 1e3), min_size=len(before), max_size=len(before)))
    turned = of_product(before[::-1], now[::-1])[::-1]
    assert turned == pytest.approx(of_product(before, now), rel=1e-6, abs=1e-6)


def test_factor_that_stays_adds_nothing() -> None:
    assert of_product([3.0, 4.0, 5.0], [6.0, 4.0, 5.0]) == [60.0, 0.0, 0.0]


def test_two_factors_share_what_they_do_together() -> None:
    # 10 of 0.5 become 12 of 0.25: volume 2 at the mean 0.375, rate -0.25 at the mean 11.
    assert of_product([10, 0.5], [12, 0.25]) == [0.75, -2.75]


def test_other_factors_are_refused() -> None:
    with pytest.raises(ValueError, match="same factors"):
        of_product([1.0], [1.0, 2.0])


@given(GROUPS, GROUPS)
def test_groups_of_a_rate_add_up(
    before: dict[str, tuple[int, int]], now: dict[str, tuple[int, int]]
) -> None:
    sides = [[sum(values) for values in zip(*side.values(), strict=True)] for side in (before, now)]
    if not all(size for _part, size in sides):
        with pytest.raises(ValueError, match="both sides"):
            of_rate(before, now)
        return
    (part0, size0), (part1, size1) = sides
    found = of_rate(before, now)
    change = part1 / size1 - part0 / size0
    assert sum(effect.total for effect in found.values()) == pytest.approx(change, abs=1e-9)
    assert sum(e.mix for e in found.values()) + sum(
        e.rate for e in found.values()
    ) == pytest.approx(change, abs=1e-9)


def test_same_rates_in_another_mix_are_all_mix() -> None:
    found = of_rate({"good": (8, 10), "bad": (2, 10)}, {"good": (4, 5), "bad": (3, 15)})
    assert all(effect.rate == pytest.approx(0) for effect in found.values())
    assert sum(effect.mix for effect in found.values()) == pytest.approx(7 / 20 - 0.5)
    # Fewer of the good and more of the bad: both lower the whole.
    assert found["good"].mix < 0
    assert found["bad"].mix < 0


def test_other_rates_in_the_same_mix_are_all_rate() -> None:
    found = of_rate({"a": (5, 10), "b": (5, 10)}, {"a": (8, 10), "b": (5, 10)})
    assert found["a"].rate == pytest.approx(0.15)
    assert found["b"].total == found["a"].mix == pytest.approx(0)


def test_group_that_is_new_adds_only_mix() -> None:
    found = of_rate({"a": (5, 10)}, {"a": (5, 10), "new": (10, 10)})
    assert found["new"].rate == 0
    assert found["new"].mix > 0
