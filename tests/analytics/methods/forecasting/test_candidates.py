"""The candidates against reference values, known truths and each other."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.complex_smoothing import forecast_ces
from analytics.methods.forecasting.pool import POOL
from analytics.methods.forecasting.prefixes import Prefixes
from analytics.methods.forecasting.search import minimise_all
from analytics.methods.forecasting.seasonality import has_season, seasonal_indices
from analytics.methods.forecasting.smoothing import FORMS, forecast_ets
from analytics.methods.forecasting.theta import forecast_theta

from .data import SEASON, SERIES, made, passengers

MODELS = [forecast_theta, forecast_ets, forecast_ces]

# statsforecast 2.1.1 on the passengers of 1949–1959 (air_passengers.csv without the last twelve).
DYNAMIC_OPTIMIZED_THETA = (
    *(412.7, 404.6, 466.8, 449.6, 454.1, 518.0),
    *(572.6, 571.6, 502.4, 438.8, 383.0, 432.5),
)
AUTO_CES = (
    *(410.8, 392.0, 456.4, 447.6, 472.1, 549.4),
    *(621.8, 630.3, 513.5, 454.7, 398.4, 436.3),
)


def test_theta_agrees_with_statsforecast():
    found = forecast_theta(Prefixes.of([passengers()[:-12]], 12, 12))[0]
    np.testing.assert_allclose(found, DYNAMIC_OPTIMIZED_THETA, rtol=0.003)


def test_ces_agrees_with_statsforecast():
    """Another optimum of a flat likelihood: nearer than the errors, not equal."""
    found = forecast_ces(Prefixes.of([passengers()[:-12]], 12, 12))[0]
    np.testing.assert_allclose(found, AUTO_CES, rtol=0.02)


def test_fifteen_forms_of_exponential_smoothing():
    names = {"".join(form) for forms in FORMS.values() for form in forms}
    assert len(names) == 15
    assert {"ANN", "ADA", "MDM", "MAN"} <= names
    assert not {"ANM", "AAM", "ADM"} & names


@pytest.mark.parametrize("model", MODELS)
def test_line_goes_on(model):
    found = model(Prefixes.of([50 + 2.0 * np.arange(40)], 1, 5))[0]
    np.testing.assert_allclose(found, 50 + 2.0 * np.arange(40, 45), rtol=0.035)


@pytest.mark.parametrize("model", MODELS)
def test_season_goes_on(model):
    step = np.arange(60)
    found = model(Prefixes.of([100 + 20.0 * (step % 4 == 2)], 4, 6))[0]
    np.testing.assert_allclose(found, 100 + 20.0 * (np.arange(60, 66) % 4 == 2), rtol=0.02)


@settings(max_examples=15)
@given(SERIES, st.sampled_from(MODELS), st.floats(1e-3, 1e3))
def test_unit_does_not_matter(series, model, factor):
    before = model(Prefixes.of([series], SEASON, 3))
    after = model(Prefixes.of([series * factor], SEASON, 3))
    np.testing.assert_allclose(after, before * factor, rtol=1e-3, atol=1e-3 * factor)


@pytest.mark.parametrize("name", list(POOL))
def test_series_side_by_side_are_forecast_as_each_alone(name):
    """Nothing of the later ones is known to the earlier ones."""
    whole = made(40)
    beginnings = [whole[:12], whole[:25], whole, -whole[:30]]
    together = POOL[name](Prefixes.of(beginnings, SEASON, 5))
    alone = [POOL[name](Prefixes.of([one], SEASON, 5))[0] for one in beginnings]
    np.testing.assert_allclose(together, alone, rtol=1e-6)


def test_search_finds_minima_of_many_problems():
    chance = np.random.default_rng(0)
    goals = chance.random((50, 3))

    def objective(points, problems):
        apart = points - goals[problems]
        return apart[:, 0] ** 2 + 4 * (apart[:, 1] + 0.5 * apart[:, 0]) ** 2 + apart[:, 2] ** 2

    points, values = minimise_all(objective, [0] * 3, [1] * 3, 50, [[0.5] * 3], rounds=12)
    assert values.max() < 2e-3
    assert np.abs(points - goals).mean() < 0.02


def test_search_never_takes_what_is_not_finite():
    points, values = minimise_all(
        lambda x, _p: np.where(x[:, 0] > 0.5, np.nan, x[:, 0]), [0], [1], 1, [[0.9]]
    )
    assert values[0] < 0.02
    assert points[0, 0] == values[0]


def test_seasonal_indices_are_those_put_in():
    step = np.arange(48)
    indices = np.array([0.5, 1.0, 1.5, 1.0])
    found = seasonal_indices((100 + step) * indices[step % 4], 4, is_ratio=True)
    np.testing.assert_allclose(found, indices, atol=0.01)
    odd = np.array([-3.0, 1.0, 2.0])
    np.testing.assert_allclose(
        seasonal_indices(step + odd[step % 3], 3, is_ratio=False), odd, atol=1e-9
    )


def test_season_is_told_from_noise():
    chance = np.random.default_rng(2)
    noise = [has_season(chance.normal(size=60), 12) for _ in range(200)]
    assert np.mean(noise) < 0.16, "a test at the 90 % level"
    wave = np.sin(2 * np.pi * np.arange(60) / 12)
    assert all(has_season(2 * wave + chance.normal(0, 0.5, 60), 12) for _ in range(20))
    assert not has_season(np.full(60, 3.0), 12)


@pytest.mark.parametrize(
    ("series", "error"),
    [([], InsufficientData), ([[]], InsufficientData), ([[1.0, np.nan]], InvalidData)],
)
def test_what_is_no_series_is_refused(series, error):
    with pytest.raises(error):
        Prefixes.of(series, 4, 2)


def test_values_stay_as_they_were():
    series = made()
    before = pd.Series(series).copy()
    for candidate in POOL.values():
        candidate(Prefixes.of([series], SEASON, 3))
    pd.testing.assert_series_equal(pd.Series(series), before)
