"""Totals of several periods: the model's sum beside what as many periods before brought."""

import numpy as np
import pytest

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.forecast import forecast_series
from analytics.methods.forecasting.totals import total_ahead


def test_errors_are_those_counted_by_hand():
    chance = np.random.default_rng(3)
    x = 100 + chance.normal(0, 10, size=60)
    forecast = forecast_series(x, season=12, horizon=12)
    found = total_ahead(x, forecast, 3)
    backtest, said, last, came = forecast.backtest, 0.0, 0.0, 0.0
    for origin, row in zip(backtest.origins, backtest.said[forecast.choice.name], strict=True):
        if origin + 3 <= len(x):
            total = x[origin : origin + 3].sum()
            said += abs(row[:3].sum() - total)
            last += abs(x[origin - 3 : origin].sum() - total)
            came += total
    assert found.model_error == pytest.approx(said / came)
    assert found.last_error == pytest.approx(last / came)
    assert found.model == pytest.approx(forecast.ahead[:3].sum())
    assert found.last == pytest.approx(x[-3:].sum())


def test_a_season_that_the_total_before_cannot_know_is_the_models():
    year = np.array([1.0, 1, 1, 1, 1, 1, 9, 9, 9, 1, 1, 1])
    chance = np.random.default_rng(1)
    x = np.tile(year, 5) + chance.normal(0, 0.05, size=60)
    assert total_ahead(x, forecast_series(x, season=12, horizon=12), 3).serves == "model"


def test_what_comes_back_each_quarter_is_the_total_before():
    chance = np.random.default_rng(1)
    quarters = np.array([10.0, 4, 7])
    x = np.tile(quarters, 9)[:26] + chance.normal(0, 0.1, size=26)
    found = total_ahead(x, forecast_series(x, season=1, horizon=3), 3)
    assert (found.serves, found.ahead) == ("last_total", found.last)


def test_without_three_moments_the_total_before_serves():
    x = np.arange(1.0, 13.0)
    found = total_ahead(x, forecast_series(x, season=1, horizon=6), 6)
    assert (found.serves, found.ahead) == ("last_total", 57.0)
    assert found.origins < 3


def test_long_series_compare_the_same_moments():
    x = np.arange(700.0)
    found = total_ahead(x, forecast_series(x, season=7, horizon=30), 30)
    assert found.last_error == pytest.approx(900 / x[600:].mean() / 30, rel=0.2)


def test_shorter_than_the_span_the_model_serves():
    found = total_ahead([3.0, 5.0], forecast_series([3.0, 5.0], season=1, horizon=4), 4)
    assert (found.serves, found.ahead) == ("model", 16.0)
    assert np.isnan(found.last)


def test_nonsense_is_refused():
    forecast = forecast_series([1.0, 2.0], season=1, horizon=2)
    with pytest.raises(InsufficientData):
        total_ahead([], forecast, 1)
    with pytest.raises(InvalidData):
        total_ahead([1.0, 2.0], forecast, 3)
