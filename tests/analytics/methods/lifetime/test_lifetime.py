"""Lifetime value against simulated customers whose rates are known, and against its own formulas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.lifetime import bg_nbd, gamma_gamma
from analytics.methods.lifetime.bg_nbd import BgNbd, fit_bg_nbd
from analytics.methods.lifetime.gamma_gamma import GammaGamma, fit_gamma_gamma
from analytics.methods.lifetime.histories import PurchaseHistories, purchase_histories
from analytics.methods.lifetime.lifetime_value import LifetimeModel, fit_lifetime_value
from analytics.methods.lifetime.outcomes import likely_ends
from analytics.methods.lifetime.past_totals import past_total_errors, total_band

from .data import TRUE, simulated

PURCHASES = BgNbd(*(TRUE[name] for name in ("r", "alpha", "a", "b")))
SPENDING = GammaGamma(*(TRUE[name] for name in ("p", "q", "v")))
TRUTH = LifetimeModel(PURCHASES, SPENDING, None)


def history(x=3.0, last=20.0, age=30.0, value=25.0) -> PurchaseHistories:
    columns = (np.array([float(each)]) for each in (x, last, age, value))
    return PurchaseHistories(pd.Index(["one"]), *columns)


@pytest.fixture(scope="module")
def company():
    return simulated(6000, 52.0, 39.0, seed=1)


def test_parameters_come_back(company):
    known, _later, _worth = company
    model = fit_lifetime_value(known)
    spread = np.sqrt(np.diag(model.purchases.covariance))
    off = np.log(model.purchases.parameters / PURCHASES.parameters) / spread
    assert np.abs(off).max() < 3
    assert spread.max() < 0.3
    assert model.spending.p == pytest.approx(TRUE["p"], rel=0.15)
    assert model.spending.mean == pytest.approx(SPENDING.mean, rel=0.03)


def test_expectations_are_what_happens(company):
    known, later, worth = company
    found = TRUTH.predict(known, 39.0)
    error = later.std() / np.sqrt(len(later))
    assert abs(later.mean() - found["purchases"].mean()) < 3 * error
    parts = pd.qcut(found["purchases"], 5, labels=False)
    for part in range(5):
        rows = (parts == part).to_numpy()
        spread = later[rows].std() / np.sqrt(rows.sum())
        assert abs(later[rows].mean() - found["purchases"][rows].mean()) < 3.5 * spread
    assert abs(worth.mean() - found["value"].mean()) < 3 * worth.std() / np.sqrt(len(worth))


def test_ends_hold_what_they_say(company):
    """A tenth lies above; who has left buys nothing, so below the lower end only where that is not 0."""
    known, later, worth = company
    found = TRUTH.predict(known, 39.0)
    low, high = found["purchases_low"].to_numpy(), found["purchases_high"].to_numpy()
    assert ((later >= low) & (later <= high)).mean() >= 0.8
    often = known.frequency >= 8
    assert (worth > found["value_high"])[often].mean() == pytest.approx(0.1, abs=0.03)
    sure = (found["value_low"] > 0).to_numpy()
    assert sure.sum() > 100
    assert (worth < found["value_low"])[sure].mean() == pytest.approx(0.1, abs=0.04)


def test_alive_is_a_share():
    """Who has left buys nothing any more; whoever has not and buys often does within six years."""
    known, later, _worth = simulated(4000, 52.0, 300.0, seed=3)
    regular = known.frequency >= 4
    chance = PURCHASES.alive(known)[regular]
    assert (later[regular] > 0).mean() == pytest.approx(chance.mean(), abs=0.04)
    sure = chance > 0.8
    assert (later[regular][sure] > 0).mean() == pytest.approx(chance[sure].mean(), abs=0.05)


def test_derivatives_are_those_of_the_likelihood(company):
    known, _later, _worth = company
    rows = np.stack([known.frequency, known.recency, known.age])[:, :200]
    at, counts = PURCHASES.parameters, np.ones(200)
    numeric = approx_fprime(at, lambda point: bg_nbd._slope(point, rows, counts)[0], 1e-6)
    assert bg_nbd._slope(at, rows, counts)[1] == pytest.approx(numeric, rel=1e-3, abs=1e-2)
    point, x, total = (
        np.array([6.0, 3.0, 15.0]),
        np.array([1.0, 3.0, 8.0]),
        np.array([9.0, 80, 100]),
    )
    numeric = approx_fprime(point, lambda at: gamma_gamma._slope(at, x, total)[0], 1e-6)
    assert gamma_gamma._slope(point, x, total)[1] == pytest.approx(numeric, rel=1e-3)


@example((1.0, 1.0, 2.0, 74.0), 60, (0.0625, 1.0), 47.0)  # a − r is a whole number
@given(
    parameters=st.tuples(*[st.floats(0.01, most) for most in (8.0, 90.0, 150.0, 1000.0)]),
    x=st.integers(0, 60),
    shares=st.tuples(st.floats(0.01, 1.0), st.floats(0.01, 1.0)),
    weeks=st.floats(0.5, 200.0),
)
@settings(max_examples=60)
def test_any_history_gives_sound_numbers(parameters, x, shares, weeks):
    model = BgNbd(*parameters)
    age = 150 * shares[0]
    known = history(x, age * shares[1] if x else 0.0, age)
    alive = model.alive(known)[0]
    assert 0 <= alive <= 1
    near, far = (model.expected_purchases(known, each)[0] for each in (weeks, 2 * weeks))
    assert 0 <= near <= far + 1e-6
    # Never more than somebody would buy who cannot leave.
    assert near <= (model.r + x) / (model.alpha + age) * weeks * (1 + 1e-6)


def test_formula_agrees_with_draws():
    """The closed form against the drawn mean, on both sides of a = 1 and at it."""
    for a in (0.4, 1.0, 2.5):
        model = BgNbd(0.8, 6.0, a, 2.5)
        random = np.random.default_rng(5)
        rate = random.gamma(0.8 + 3, 1 / 36, 200_000)
        stays = random.geometric(random.beta(a, 2.5 + 3, 200_000))
        here = random.random(200_000) < model.alive(history())[0]
        drawn = np.where(here, np.minimum(random.poisson(rate * 40), stays), 0)
        assert model.expected_purchases(history(), 40.0)[0] == pytest.approx(drawn.mean(), rel=0.02)


def test_discount_takes_from_what_comes_late():
    plain, less = (TRUTH.predict(history(), 104.0, discount=rate) for rate in (0.0, 0.2))
    assert less["purchases"].item() == plain["purchases"].item()
    # Two years, the more of it in the first one.
    assert 1.2**-2 < less["value"].item() / plain["value"].item() < 1.2**-0.5


def test_ends_hang_on_the_history_alone(company):
    known, _later, _worth = company
    some = known.take(np.array([5, 900, 17]))
    both = TRUTH.predict(known, 20.0), TRUTH.predict(some, 20.0)
    pd.testing.assert_frame_equal(both[0].iloc[[5, 900, 17]], both[1])
    other = TRUTH.predict(some, 20.0, seed=1)
    assert not other["value_high"].equals(both[1]["value_high"])


def test_little_known_makes_wide_ends():
    """Parameters that are hardly known stretch the ends."""
    unsure = BgNbd(*PURCHASES.parameters, covariance=np.eye(4))
    known = history(0.0, 0.0, 2.0, np.nan)
    (_low, sure), (_least, wide) = (
        likely_ends(model, None, known, 52.0, level=0.95)[0][0] for model in (PURCHASES, unsure)
    )
    assert wide > sure


def test_a_day_counts_once_and_the_first_purchase_not():
    days = pd.to_datetime(["2026-01-01", "2026-01-08", "2026-01-08", "2026-01-22"])
    known = purchase_histories(["a"] * 4, days, [100.0, 5.0, 7.0, 20.0], "2026-01-29")
    assert known.frequency.tolist() == [2.0]
    assert known.recency.tolist() == [3.0]
    assert known.age.tolist() == [4.0]
    assert known.value.tolist() == [16.0]


def test_who_buys_later_is_not_known_yet():
    days = pd.to_datetime(["2026-01-01", "2026-03-01"])
    assert len(purchase_histories(["a", "b"], days, [1.0, 1.0], "2026-02-01")) == 1
    with pytest.raises(InsufficientData, match="empty"):
        purchase_histories(["a"], days[:1], [1.0], "2025-12-31")


def test_data_that_say_nothing():
    lonely = PurchaseHistories(
        pd.RangeIndex(500), np.zeros(500), np.zeros(500), np.full(500, 9.0), np.full(500, np.nan)
    )
    with pytest.raises(InsufficientData) as few:
        fit_bg_nbd(lonely)
    assert (few.value.code, few.value.found) == ("few_positives", 0)
    with pytest.raises(InsufficientData):
        fit_gamma_gamma(lonely)
    with pytest.raises(InvalidData, match="recency"):
        history(1.0, 9.0, 3.0)
    with pytest.raises(InvalidData):
        history(np.nan)
    with pytest.raises(InvalidData):
        TRUTH.predict(history(), 0.0)


def test_without_values_counts_alone_are_foretold(company):
    known, _later, _worth = company
    unknown = PurchaseHistories(
        known.customers, known.frequency, known.recency, known.age, np.full(len(known), np.nan)
    )
    model = fit_lifetime_value(unknown)
    assert model.spending is None
    found = model.predict(unknown.take(slice(0, 3)), 10.0)
    assert found["value"].isna().all()
    assert found["purchases"].notna().all()


def test_nobody_leaves():
    """Where one cannot leave the fit stands at an end of its range, and everybody is alive."""
    random = np.random.default_rng(2)
    x = random.poisson(random.gamma(2.0, 2.0, 800)).astype(float)
    last = np.where(x > 0, 40 * random.random(800) ** (1 / np.maximum(x, 1)), 0.0)
    known = PurchaseHistories(pd.RangeIndex(800), x, last, np.full(800, 40.0), x)
    model = fit_bg_nbd(known)
    assert model.alive(known).mean() > 0.97
    assert model.expected_purchases(known, 40.0).sum() == pytest.approx(x.sum(), rel=0.05)


def test_past_totals_tell_the_width():
    random = np.random.default_rng(4)
    parts = []
    for who, rate in enumerate(random.gamma(1.0, 0.15, 400)):
        weeks = np.cumsum(random.exponential(1 / rate, 200))
        days = np.concatenate([[0], (weeks[weeks < 52] * 7).astype(int)]) + who % 40
        parts.append(pd.DataFrame({"who": who, "day": days}))
    bought = pd.concat(parts)
    days = np.datetime64("2025-01-01") + bought["day"].to_numpy().astype("timedelta64[D]")
    errors = past_total_errors(bought["who"], days, "2025-12-31")
    assert len(errors) == 4
    assert np.abs(errors).max() < 0.2
    low, high = total_band(1000.0, errors)
    assert 700 < low < 1000 < high < 1400
    assert np.isnan(total_band(1000.0, [0.1])).all()
