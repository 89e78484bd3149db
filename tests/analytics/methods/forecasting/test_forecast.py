"""The forecast of one series: choice, bands, short and odd series."""

import numpy as np
import pytest
from hypothesis import given, settings

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.backtest import Backtest, backtest_series, origins_of
from analytics.methods.forecasting.bands import band_widths, spread_by_step
from analytics.methods.forecasting.choice import choose_candidate
from analytics.methods.forecasting.forecast import MOST, forecast_series
from analytics.methods.forecasting.pool import MEAN, POOL

from .data import SEASON, SERIES, made, odd_series


def backtest_with(**errors: list[float]) -> Backtest:
    """A backtest in which candidates were off by so much at each origin, one step ahead."""
    count = len(errors[MEAN])
    actual = np.full((count, 1), 100.0)
    return Backtest(
        origins=np.arange(20, 20 + count),
        actual=actual,
        said={name: actual - np.array(each)[:, None] for name, each in errors.items()},
        ahead={name: np.array([100.0]) for name in errors},
        seconds={},
        length=20 + count,
    )


def test_floor_serves_where_it_is_clearly_best():
    found = choose_candidate(
        backtest_with(naive2=[1, 2, 1, 2, 1], theta=[4, 5, 4, 6, 4], mean=[4, 4, 5, 5, 4])
    )
    assert (found.name, found.reason) == ("naive2", "clearly_better")
    assert found.gain == pytest.approx(1 - 7 / 22)


def test_mean_serves_where_another_one_was_only_lucky():
    found = choose_candidate(backtest_with(theta=[0, 9, 0, 9, 1], mean=[4, 4, 5, 5, 4]))
    assert (found.name, found.reason, found.gain) == (MEAN, "mean_not_beaten", 0.0)


def test_simplest_serves_where_it_makes_no_error():
    assert choose_candidate(backtest_with(naive2=[0] * 4, mean=[0] * 4)).name == "naive2"
    found = forecast_series(np.tile([3.0, 8.0, 5.0, 1.0], 8), season=4, horizon=4)
    assert (found.choice.name, found.choice.reason) == ("seasonal_naive", "exact")
    np.testing.assert_array_equal(found.lower, found.upper)


def test_candidates_know_nothing_of_what_came_later():
    series = made(40)
    changed = np.r_[series[:30], series[30:] * 3]
    before, after = (backtest_series(x, season=SEASON, horizon=4) for x in (series, changed))
    early = before.origins <= 30
    assert early.sum() >= 3
    for name in (*POOL, MEAN):
        np.testing.assert_allclose(before.said[name][early], after.said[name][early], rtol=1e-9)


@pytest.mark.parametrize("length", [10, 11, 25, 48, 60, 126, 520])
@pytest.mark.parametrize("season", [1, 4, 12, 52])
def test_origins_leave_something_to_compare(length, season):
    for horizon in (1, 12, 18, 90):
        origins = origins_of(length, season, horizon)
        assert 4 <= len(origins) <= 10
        assert (np.diff(origins) > 0).all()
        assert origins[0] >= 6
        assert origins[-1] < length


@settings(max_examples=25)
@given(SERIES)
def test_bands_lie_around_the_forecast_one_in_the_other(series):
    found = forecast_series(series, season=SEASON, horizon=5)
    assert np.isfinite(found.ahead).all()
    assert (found.lower[1] <= found.lower[0]).all()
    assert (found.lower[0] <= found.ahead + 1e-9).all()
    assert (found.ahead <= found.upper[0] + 1e-9).all()
    assert (found.upper[0] <= found.upper[1]).all()
    if not found.never_negative:
        assert (np.diff(found.upper - found.lower, axis=1) >= -1e-6).all(), "wider with each step"
    else:
        assert found.lower.min() >= 0


@pytest.mark.parametrize("name", list(odd_series()))
def test_odd_series_get_a_sound_answer(name):
    series = odd_series()[name]
    found = forecast_series(series, season=SEASON, horizon=6)
    assert found.ahead.shape == (6,)
    assert np.isfinite(found.ahead).all()
    reach = 3.0001 * np.ptp(series)
    assert (found.ahead <= series.max() + reach).all()
    assert (found.ahead >= series.min() - reach).all()
    again = forecast_series(series, season=SEASON, horizon=6)
    np.testing.assert_array_equal(found.ahead, again.ahead)
    np.testing.assert_array_equal(found.upper, again.upper)
    if name != "one value":
        assert np.isfinite(found.upper).all()
        assert np.isfinite(found.lower).all()


@pytest.mark.parametrize(("name", "value"), [("constant", 7.0), ("zeros", 0.0)])
def test_constant_goes_on(name, value):
    found = forecast_series(odd_series()[name], season=12, horizon=3)
    np.testing.assert_array_equal(found.ahead, value)
    np.testing.assert_array_equal(found.upper, value)


def test_short_series_says_its_mean_and_no_more():
    found = forecast_series([4.0, 6.0, 5.0], season=12, horizon=3)
    assert (found.choice.name, found.choice.reason, found.backtest) == (
        "series_mean",
        "too_short",
        None,
    )
    assert found.ahead.tolist() == [5, 5, 5]
    # t(0.975, 2) = 4.3027; one more value of a normal sample.
    assert found.upper[1, 0] == pytest.approx(5 + 4.3027 * np.sqrt(4 / 3), abs=1e-3)
    alone = forecast_series([4.0], season=12, horizon=2)
    assert alone.ahead.tolist() == [4, 4]
    assert np.isnan(alone.upper).all(), "one value says nothing of others"
    with pytest.raises(InvalidData):
        alone.bands_of("theta")


def test_long_history_is_cut():
    series = made(2_000)
    recent = forecast_series(series[-MOST:], season=SEASON, horizon=3)
    np.testing.assert_array_equal(
        forecast_series(series, season=SEASON, horizon=3).ahead, recent.ahead
    )


@pytest.mark.parametrize(
    ("values", "season", "horizon", "error"),
    [
        ([], 4, 4, InsufficientData),
        ([1.0, np.nan] * 9, 4, 4, InvalidData),
        ([1.0, np.inf] * 9, 4, 4, InvalidData),
        (np.arange(20.0), 0, 4, InvalidData),
        (np.arange(20.0), 4, 0, InvalidData),
    ],
)
def test_nonsense_is_refused(values, season, horizon, error):
    with pytest.raises(error):
        forecast_series(values, season=season, horizon=horizon)


def test_spread_grows_as_the_errors_do():
    chance = np.random.default_rng(1)
    walks = np.cumsum(chance.normal(size=(4_000, 9)), axis=1)
    np.testing.assert_allclose(spread_by_step(walks), np.sqrt(np.arange(1, 10)), rtol=0.05)
    flat = chance.normal(size=(4_000, 9))
    np.testing.assert_allclose(spread_by_step(flat), 1, rtol=0.05)
    assert spread_by_step(np.zeros((3, 4))).tolist() == [0, 0, 0, 0]
    with pytest.raises(InsufficientData):
        spread_by_step(np.full((2, 2), np.nan))


@pytest.mark.parametrize("degrees", [3, 30])
def test_bands_hold_their_share_of_heavy_tails(degrees):
    chance = np.random.default_rng(7)
    held = []
    for _ in range(400):
        errors = chance.standard_t(degrees, size=(9, 6)) * np.sqrt(np.arange(1, 7))
        widths = band_widths(errors, 9)
        came = np.abs(chance.standard_t(degrees, size=6) * np.sqrt(np.arange(1, 7)))
        held.append((came <= widths).mean(axis=1))
    share = np.mean(held, axis=0)
    assert 0.76 <= share[0] <= 0.85
    assert 0.925 <= share[1] <= 0.985


def test_levels_have_to_be_shares():
    with pytest.raises(InvalidData):
        band_widths(np.ones((3, 3)), 3, (80,))
