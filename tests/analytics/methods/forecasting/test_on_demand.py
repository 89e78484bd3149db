"""Candidates on demand: ARIMA, regression with drivers, the neural network."""

import numpy as np
import pandas as pd
import pytest

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.accuracy import smape
from analytics.methods.forecasting.arima import ArimaOrder, arima_candidate, choose_order
from analytics.methods.forecasting.backtest import backtest_series
from analytics.methods.forecasting.backtest_figures import backtest_figures
from analytics.methods.forecasting.drivers import drivers_candidate, fit_drivers, with_lags
from analytics.methods.forecasting.effects import effects_in_percent
from analytics.methods.forecasting.forecast import forecast_series
from analytics.methods.forecasting.lag_network import network_candidate
from analytics.methods.forecasting.pool import MEAN, POOL
from analytics.methods.forecasting.prefixes import Prefixes
from tests.data import data_file

from .data import odd_series, passengers


def autoregressive(length: int, coefficient: float, seed: int = 0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    values = np.zeros(length)
    for step in range(1, length):
        values[step] = coefficient * values[step - 1] + chance.normal()
    return values


def test_arima_forecasts_an_autoregression_as_theory_has_it():
    series = 50 + autoregressive(150, 0.7)
    found = arima_candidate()(Prefixes.of([series], 1, 4))[0]
    mean = series.mean()
    expected = mean + (series[-1] - mean) * 0.7 ** np.arange(1, 5)
    np.testing.assert_allclose(found, expected, atol=0.6)


def test_arima_takes_differences_of_a_random_walk_and_of_seasons():
    assert choose_order(np.cumsum(autoregressive(150, 0.0)), 1).d == 1
    order = choose_order(np.log(passengers()), 12)
    assert (order.d, order.sd) == (1, 1), "Box and Jenkins' airline model"


def test_arima_stands_odd_series():
    odd = odd_series()
    names = ["constant", "zeros", "ten values", "mostly zero", "level shift"]
    found = arima_candidate()(Prefixes.of([odd[name] for name in names], 4, 3))
    assert found.shape == (5, 3)
    np.testing.assert_allclose(found[:2], [[7.0] * 3, [0.0] * 3], atol=1e-6)


def test_orders_next_to_one_are_within_bounds():
    order = ArimaOrder(0, 1, 0, 0, 1, 0, False)
    near = [one for one in order.neighbours(is_seasonal=True) if one.is_allowed]
    assert {(one.p, one.q, one.sp, one.sq) for one in near} == {
        (1, 0, 0, 0),
        (0, 1, 0, 0),
        (1, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 0, 0, 1),
    }


def test_network_learns_what_is_not_linear():
    """The logistic map: the next value is a parabola of the last one."""
    series = [0.3]
    for _ in range(160):
        series.append(3.7 * series[-1] * (1 - series[-1]))
    x, network = np.array(series), network_candidate()
    off = []
    for known in range(150, 160):
        said = network(Prefixes.of([x[:known]], 1, 1))[0, 0]
        line = np.polyval(np.polyfit(x[: known - 1], x[1:known], 1), x[known - 1])
        off.append([said - x[known], line - x[known]])
    of_network, of_line = np.abs(off).mean(axis=0)
    assert of_network < 0.3 * of_line


def test_network_gives_the_same_answer_for_the_same_seed():
    series = Prefixes.of([passengers()[:60]], 12, 6)
    first, again = network_candidate(3)(series), network_candidate(3)(series)
    np.testing.assert_array_equal(first, again)
    assert (network_candidate(4)(series) != first).any()


def test_network_stands_odd_series():
    odd = [one for one in odd_series().values() if len(one) > 1]
    assert np.isfinite(network_candidate()(Prefixes.of(odd, 4, 3))).all()


def spent(length: int = 120, seed: int = 5) -> tuple[np.ndarray, pd.DataFrame]:
    """Revenue of which 2.5 a unit of spend come, and nothing of the weather."""
    chance = np.random.default_rng(seed)
    drivers = pd.DataFrame(
        {"spend": chance.gamma(2, 5, length), "weather": chance.normal(size=length)}
    )
    base = 200 + np.arange(length) + 15 * np.sin(2 * np.pi * np.arange(length) / 12)
    return base + 2.5 * drivers["spend"].to_numpy() + autoregressive(length, 0.5), drivers


def test_effects_of_drivers_are_found():
    revenue, drivers = spent()
    found = fit_drivers(revenue, drivers, season=12)
    spend, weather = found.table.loc["spend"], found.table.loc["weather"]
    assert spend["lower"] < 2.5 < spend["upper"]
    assert spend["upper"] - spend["lower"] < 0.3
    assert weather["lower"] < 0 < weather["upper"]
    assert 0.9 < found.explained <= 1


def test_intervals_of_effects_hold_their_share():
    held = []
    for seed in range(60):
        table = fit_drivers(*spent(100, seed), season=12).table
        held.append(table.loc["spend", "lower"] <= 2.5 <= table.loc["spend", "upper"])
    assert np.mean(held) >= 0.85


def test_drivers_that_say_nothing_of_their_own_have_no_effect():
    revenue, drivers = spent()
    odd = drivers.assign(constant=1.0, twice=2 * drivers["spend"], trend=np.arange(len(drivers)))
    found = fit_drivers(revenue, odd, season=12).table
    assert found["usable"].to_dict() == {
        "spend": True,
        "weather": True,
        "constant": False,
        "twice": False,
        "trend": False,
    }
    assert (found.loc[["constant", "twice", "trend"], "effect"] == 0).all()


def test_too_few_values_or_wrong_ones_are_refused():
    revenue, drivers = spent()
    with pytest.raises(InsufficientData):
        fit_drivers(revenue[:20], drivers, season=12)
    with pytest.raises(InvalidData):
        fit_drivers(revenue, drivers.head(50), season=12)
    with pytest.raises(InvalidData):
        fit_drivers(revenue, drivers.assign(spend=np.nan), season=12)
    with pytest.raises(InvalidData):
        drivers_candidate(drivers)(Prefixes.of([revenue], 12, 3))
    with pytest.raises(InvalidData):
        with_lags(drivers, {"spend": (0,)})


def test_what_is_planned_makes_a_better_forecast():
    revenue, drivers = spent()
    known, came = revenue[:-12], revenue[-12:]
    found = forecast_series(
        known, season=12, horizon=12, more={"drivers": drivers_candidate(drivers)}
    )
    assert (found.choice.name, found.choice.reason) == ("drivers", "clearly_better")
    assert smape(came, found.ahead) < 0.4 * smape(came, found.backtest.ahead["mean"])


def test_effects_of_spend_some_weeks_before_are_found():
    revenue, drivers = spent()
    later = revenue + 4 * drivers["spend"].shift(2).bfill().to_numpy()
    table = fit_drivers(later, with_lags(drivers, {"spend": (1, 2)}), season=12).table
    assert table.loc["spend −2", "effect"] == pytest.approx(4, abs=0.3)
    assert table.loc["spend −1", "effect"] == pytest.approx(0, abs=0.3)


def test_promotions_of_public_sales_go_along_with_more():
    sales = pd.read_csv(data_file("promo_weekly.csv"))
    found = fit_drivers(sales["sales"], sales[["Promo1", "Promo2"]].astype(float), season=52)
    assert (found.table["lower"] > 0).all()


@pytest.mark.parametrize("horizon", [4, 8, 13])
def test_regression_with_promotions_beats_the_pool_on_withheld_weeks(horizon):
    """Weekly sales of a shop and two kinds of promotions; the last weeks are the usual hold-out."""
    frame = pd.read_csv(data_file("promo_weekly.csv"))
    sales, planned = frame["sales"].to_numpy(float), frame[["Promo1", "Promo2"]]
    found = forecast_series(
        sales[:-horizon],
        season=52,
        horizon=horizon,
        more={"regression": drivers_candidate(planned)},
        favoured="regression",
    )
    assert found.choice.name == "regression"
    off = {
        name: float(np.abs(said - sales[-horizon:]).mean())
        for name, said in found.backtest.ahead.items()
    }
    regression = off.pop("regression")
    assert set(off) == {*POOL, MEAN}
    assert regression < min(off.values()), off
    tested = found.backtest
    assert tested.mean_errors("regression").mean() < tested.mean_errors(MEAN).mean()


def test_network_on_what_is_left_knows_the_drivers():
    """A series that only its driver moves: lags alone cannot know it."""
    revenue, drivers = spent()
    known, came = revenue[:-12], revenue[-12:]
    more = {
        "network": drivers_candidate(drivers, network_candidate(1)),
        "lags": network_candidate(1),
    }
    found = forecast_series(known, season=12, horizon=12, more=more).backtest.ahead
    assert smape(came, found["network"]) < 0.5 * smape(came, found["lags"])


def test_drivers_far_ahead_change_nothing_before():
    """At each origin of the backtest only the steps ahead are known as a plan."""
    revenue, drivers = spent()
    series = Prefixes.of([revenue[:60], revenue[:80]], 12, 5)
    changed = drivers.copy()
    changed.iloc[85:] = 1e6
    before = drivers_candidate(drivers)(series)
    np.testing.assert_array_equal(drivers_candidate(changed)(series), before)


def test_odd_series_are_stood_with_drivers():
    drivers = pd.DataFrame({"spend": np.arange(80.0) % 7, "same": 3.0})
    for name, values in odd_series().items():
        if len(values) < 10:
            continue  # no candidate is asked about shorter ones
        said = drivers_candidate(drivers)(Prefixes.of([values], 4, 3))
        assert np.isfinite(said).all(), name


def test_effects_in_per_cent():
    chance = np.random.default_rng(4)
    price, flag = chance.uniform(8, 12, 120), chance.integers(0, 2, 120) * 1.0
    noise = np.exp(chance.normal(0, 0.02, 120))
    drivers = pd.DataFrame({"price": price, "flag": flag, "debt": chance.normal(0, 300, 120)})
    sold = 1000 * price**-0.8 * 1.25**flag * noise
    found = effects_in_percent(sold, drivers, season=1)
    assert found["unit"].to_dict() == {"price": "elasticity", "flag": "percent", "debt": "percent"}
    assert found["step"].to_dict() == {"price": 0.01, "flag": 1.0, "debt": 100.0}
    price_found, flag_found = found.loc["price"], found.loc["flag"]
    assert price_found["lower"] < -0.8 < price_found["upper"] < 0
    assert 20 < flag_found["lower"] < 25 < flag_found["upper"] < 30
    assert found.loc["debt", "lower"] < 0 < found.loc["debt", "upper"]
    plain = effects_in_percent(sold - sold.mean(), drivers, season=1)
    assert set(plain["unit"]) == {"units"}


def test_bands_that_did_not_know_the_origin_hold_their_share():
    held = []
    for seed in range(40):
        values = 100 + np.random.default_rng(seed).normal(0, 5, 80)
        tested = backtest_series(values, season=1, horizon=4)
        held.append(backtest_figures(values, tested, season=1)["mean"]["coverage80"])
    assert 0.72 < np.mean(held) < 0.9
    with pytest.raises(InvalidData):
        backtest_figures(values[1:], tested, season=1)


def test_favoured_candidate_serves_only_where_it_is_closer():
    revenue, drivers = spent()
    more = {"regression": drivers_candidate(drivers), "nonsense": lambda it: np.zeros((len(it), 4))}
    chosen = {
        name: forecast_series(revenue[:-4], season=12, horizon=4, more=more, favoured=name).choice
        for name in ("regression", "nonsense", "unknown")
    }
    assert (chosen["regression"].name, chosen["regression"].reason) == ("regression", "favoured")
    assert chosen["nonsense"] == chosen["unknown"]
    assert chosen["nonsense"].name != "nonsense"
