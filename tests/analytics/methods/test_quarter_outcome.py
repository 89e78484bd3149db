"""Drawn quarters against what is known exactly, and two views compared."""

import numpy as np
import pytest

from analytics.methods.errors import InvalidData
from analytics.methods.quarter_outcome import (
    OpenDeals,
    PastQuarters,
    simulate_quarter,
    variance_shares,
)
from analytics.methods.view_comparison import compare_views

NOTHING = PastQuarters(np.empty(0), np.empty(0))


def some_deals(number: int = 300, owners: int = 3) -> OpenDeals:
    random = np.random.default_rng(4)
    return OpenDeals(
        random.uniform(0.05, 0.9, number),
        random.uniform(0.2, 1.0, number),
        random.lognormal(9, 0.8, number),
        random.integers(0, owners, number),
    )


def test_mean_and_spread_are_the_exact_ones() -> None:
    deals = some_deals()
    chance = deals.chances * deals.in_time
    outcome = simulate_quarter([0.0, 0.0, 0.0], deals, NOTHING, draws=20_000)
    exact = float((chance * deals.amounts).sum())
    spread = float(np.sqrt((chance * (1 - chance) * deals.amounts**2).sum()))
    assert outcome.whole.mean() == pytest.approx(exact, rel=0.01)
    assert outcome.whole.std() == pytest.approx(spread, rel=0.03)
    for owner in range(3):
        mine = deals.groups == owner
        assert outcome.of([owner]).mean() == pytest.approx(
            float((chance * deals.amounts)[mine].sum()), rel=0.02
        )


def test_range_holds_what_is_drawn_alike() -> None:
    """Quarters of the same kind fall into the 80 % range four times in five."""
    random = np.random.default_rng(9)
    deals, inside = some_deals(80, 1), []
    for trial in range(120):
        past = PastQuarters(random.lognormal(-0.1, 0.2, 8), random.gamma(4, 20_000, 8))
        chance = deals.chances * deals.in_time
        came = float((deals.amounts * (random.random(80) < chance)).sum())
        came = came * random.lognormal(-0.1, 0.2) + random.gamma(4, 20_000)
        outcome = simulate_quarter([0.0], deals, past, seed=trial, draws=2_000)
        low, high = np.quantile(outcome.whole, [0.1, 0.9])
        inside.append(low <= came <= high)
    assert 0.7 < np.mean(inside) < 0.92


def test_harder_past_quarters_bring_less() -> None:
    deals = some_deals(owners=1)
    usual = simulate_quarter([0.0], deals, NOTHING)
    hard = simulate_quarter([0.0], deals, PastQuarters(np.full(5, 0.5), np.zeros(5)))
    assert hard.open_deals == pytest.approx(usual.open_deals / 2, rel=0.02)
    assert hard.late == 0


def test_what_comes_late_goes_to_whom_it_usually_goes() -> None:
    past = PastQuarters(np.ones(4), np.array([80.0, 120.0, 100.0, 100.0]))
    empty = OpenDeals(*(np.empty(0) for _column in range(3)), np.empty(0, int))
    outcome = simulate_quarter([10.0, 0.0], empty, past, late_shares=[0.25, 0.75])
    assert outcome.of([0]).mean() == pytest.approx(35, rel=0.02)
    assert outcome.of([1]).mean() == pytest.approx(75, rel=0.02)


def test_same_seed_same_quarters() -> None:
    deals, past = some_deals(), PastQuarters(np.array([0.8, 1.1]), np.array([5.0, 9.0]))
    first, again, other = (
        simulate_quarter([0.0, 0.0, 0.0], deals, past, seed=seed).whole for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("chance", [-0.1, 1.1, float("nan")])
def test_chances_outside_are_refused(chance: float) -> None:
    one = np.ones(1)
    deals = OpenDeals(np.array([chance]), one, one, np.zeros(1, int))
    with pytest.raises(InvalidData) as refused:
        simulate_quarter([0.0], deals, NOTHING)
    assert refused.value.code == "out_of_bounds"


def test_shares_of_the_range_add_up() -> None:
    shares = variance_shares(some_deals())
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0).all()


def test_nearer_view_is_named_and_sure_only_with_evidence() -> None:
    quarters = [f"202{year}-Q{number}" for year in range(3) for number in (1, 2, 3, 4)]
    random = np.random.default_rng(2)
    actual = dict.fromkeys(quarters, 100.0)
    near = {quarter: 100 + 5 * random.standard_normal() for quarter in quarters}
    far = {quarter: 100 + 40 * random.standard_normal() for quarter in quarters}
    found = compare_views(actual, near, far)
    assert (found.better, found.is_sure, found.periods) == ("first", True, 12)
    assert compare_views(actual, far, near).better == "second"
    few = compare_views(dict(list(actual.items())[:1]), near, far)
    assert not few.is_sure
    assert compare_views(actual, near, {}).periods == 0
