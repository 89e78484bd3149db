"""The measures of the M4 competition against their formulas and published values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.accuracy import covered_share, mase, mase_scale, owa, smape
from analytics.methods.forecasting.floors import naive2, seasonal_naive
from analytics.methods.forecasting.scoring import mean_figures

PAIRS = st.lists(st.tuples(st.floats(0.1, 1e4), st.floats(0.1, 1e4)), min_size=1, max_size=20)

# S. Makridakis, E. Spiliotis, V. Assimakopoulos (2020), table 4: sMAPE, MASE, OWA over all series.
PUBLISHED = {
    "Smyl": (11.374, 1.536, 0.821),
    "Theta": (12.309, 1.696, 0.897),
    "Comb": (12.555, 1.663, 0.898),
    "Damped": (12.661, 1.683, 0.907),
    "Naive2": (13.564, 1.912, 1.000),
}


@given(PAIRS)
def test_smape_is_twice_the_error_over_both(pairs):
    by_hand = [200 * abs(y - f) / (abs(y) + abs(f)) for y, f in pairs]
    y, f = zip(*pairs, strict=True)
    assert smape(y, f) == pytest.approx(sum(by_hand) / len(by_hand))
    assert smape(y, f) == smape(f, y)
    assert 0 <= smape(y, f) <= 200


@given(PAIRS, st.lists(st.floats(0, 1e3), min_size=3, max_size=20), st.integers(1, 5))
def test_mase_is_the_error_over_that_of_the_seasonal_naive_forecast(pairs, known, season):
    y, f = (np.array(column) for column in zip(*pairs, strict=True))
    lag = season if len(known) > season else 1
    naive = [abs(known[t] - known[t - lag]) for t in range(lag, len(known))]
    scale = sum(naive) / len(naive)
    assert mase_scale(known, season) == pytest.approx(scale)
    if scale > 0:
        assert mase(y, f, known, season) == pytest.approx(np.abs(y - f).mean() / scale)


@pytest.mark.parametrize("name", list(PUBLISHED))
def test_owa_as_published(name):
    found, naive = PUBLISHED[name], PUBLISHED["Naive2"]
    assert owa((found[0], naive[0]), (found[1], naive[1])) == pytest.approx(found[2], abs=0.0015)


def test_owa_is_of_means_and_not_a_mean_of_ratios():
    rows = [
        {"smape": 1.0, "naive_smape": 2.0, "mase": 1.0, "naive_mase": 1.0},
        {"smape": 9.0, "naive_smape": 8.0, "mase": 3.0, "naive_mase": 1.0},
    ]
    rows = [row | {"coverage80": 0.5, "coverage95": 1.0} for row in rows]
    assert mean_figures(rows)["owa"] == pytest.approx((10 / 10 + 4 / 2) / 2)


def test_series_without_changes_do_not_count_in_mase():
    row = {"smape": 1.0, "naive_smape": 2.0, "coverage80": 1.0, "coverage95": 1.0}
    rows = [row | {"mase": np.nan, "naive_mase": np.nan}, row | {"mase": 2.0, "naive_mase": 4.0}]
    assert mean_figures(rows)["mase"] == 2.0


def test_nothing_to_divide_by_is_no_number():
    assert np.isnan(mase([1], [2], [5, 5, 5], 1))
    assert np.isnan(mase([1], [2], [5], 1))
    assert np.isnan(owa((1, 0), (1, 1)))
    assert smape([0], [0]) == 0


def test_lengths_have_to_agree():
    with pytest.raises(InvalidData):
        smape([1, 2], [1])
    with pytest.raises(InsufficientData):
        covered_share([], [], [])


def test_naive2_by_hand():
    """Twelve months, three years: adjusted by the ratios to the centred moving average."""
    pattern = np.array([0.5, 1.5, 1.0, 1.0] * 9)
    np.testing.assert_allclose(naive2(100 * pattern, 4, 5), 100 * pattern[:5])
    assert naive2([3.0, 4.0, 9.0], 4, 2).tolist() == [9, 9], "no season without three of them"
    assert seasonal_naive([3.0, 4.0, 9.0], 4, 2).tolist() == [9, 9]
