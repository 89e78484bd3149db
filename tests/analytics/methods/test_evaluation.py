import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from analytics.methods.drift import population_stability
from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.evaluation import count_equal_rows, evaluate
from analytics.methods.intervals import auc_interval, wilson_interval
from analytics.methods.reliability import calibration_error, lift_table, reliability_table

COUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    [  # Newcombe 1998, Statistics in Medicine 17, table I, method 3
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0000, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_wilson_matches_newcombe(successes, trials, expected):
    np.testing.assert_allclose(np.ravel(wilson_interval(successes, trials)), expected, atol=5e-5)


def test_wilson_says_nothing_without_trials():
    assert np.ravel(wilson_interval([0], [0])).tolist() == [0, 1]


def brute_force_delong(won, lost):
    """DeLong et al. 1988, equations 3 to 6, over all pairs."""
    wins = (won[:, None] > lost) + 0.5 * (won[:, None] == lost)
    v10, v01 = wins.mean(axis=1), wins.mean(axis=0)
    return wins.mean(), v10.var(ddof=1) / len(won) + v01.var(ddof=1) / len(lost)


@pytest.mark.parametrize("levels", [5, 1000])
def test_delong_by_ranks_equals_delong_by_pairs(levels):
    rng = np.random.default_rng(levels)
    won, lost = rng.integers(0, levels, 60) + levels // 5, rng.integers(0, levels, 90)
    found = auc_interval([1] * 60 + [0] * 90, np.concatenate([won, lost]))
    assert (found.auc, found.variance) == pytest.approx(brute_force_delong(won, lost), abs=1e-12)


def test_auc_of_a_hanley_and_mcneil_rating_table():
    # Hanley & McNeil 1982, Radiology 143, table I: CT ratings of 58 normal and 51 abnormal cases.
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    ratings = np.concatenate([np.repeat(np.arange(5), normal), np.repeat(np.arange(5), abnormal)])
    found = auc_interval([0] * 58 + [1] * 51, ratings)
    assert found.auc == pytest.approx(0.893, abs=5e-4)
    assert found.variance**0.5 == pytest.approx(0.032, abs=2e-3)


def test_perfect_separation_has_a_point_for_an_interval():
    found = auc_interval([0, 0, 1, 1], [1, 2, 3, 4])
    assert (found.lower, found.upper) == (1, 1)


def test_brier_of_three_forecasts_by_hand():
    found = evaluate([1, 0, 1, 0], [0.9, 0.2, 0.6, 0.5])
    assert found.brier == pytest.approx((0.01 + 0.04 + 0.16 + 0.25) / 4)
    assert found.brier_base == 0.25


def test_figures_agree_with_scikit_learn():
    rng = np.random.default_rng(4)
    p = rng.beta(1, 3, 3000).round(2).clip(0.01, 0.99)
    won = (rng.random(3000) < p).astype(int)
    found = evaluate(won, p)
    assert found.roc_auc == pytest.approx(roc_auc_score(won, p))
    assert found.average_precision == pytest.approx(average_precision_score(won, p))
    assert found.brier == pytest.approx(brier_score_loss(won, p))
    assert found.log_loss == pytest.approx(log_loss(won, p))
    assert found.calibration_slope == pytest.approx(1, abs=0.15)
    assert found.calibration_error < 0.03
    assert found.roc_auc_lower < found.roc_auc < found.roc_auc_upper


def test_overconfident_probabilities_have_a_slope_below_one():
    rng = np.random.default_rng(4)
    z = rng.normal(0, 1, 5000)
    won = rng.random(5000) < 1 / (1 + np.exp(-z))
    assert evaluate(won, 1 / (1 + np.exp(-2 * z))).calibration_slope == pytest.approx(0.5, abs=0.06)


def test_reliability_bins_hold_equal_counts():
    rng = np.random.default_rng(1)
    p = rng.random(1000)
    table = reliability_table(rng.random(1000) < p, p)
    assert table["n"].tolist() == [100] * 10
    assert table["predicted"].is_monotonic_increasing
    assert (table["lower"].le(table["observed"]) & table["observed"].le(table["upper"])).all()


def test_calibration_error_of_one_bin_is_the_gap_of_the_means():
    assert calibration_error([1, 0, 0, 0], [0.5] * 4) == pytest.approx(0.25)


def test_lift_of_a_perfect_order():
    table = lift_table([1] * 20 + [0] * 80, np.linspace(0.9, 0.1, 100))
    assert table["lift"].tolist() == [5, 5, *[0] * 8]
    assert table["captured"].tolist()[:2] == pytest.approx([0.5, 1])


def test_lift_of_one_probability_is_one():
    np.testing.assert_allclose(lift_table([1, 0] * 50, [0.4] * 100)["lift"], 1)


def test_figures_refuse_what_cannot_be_judged():
    with pytest.raises(InsufficientData) as caught:
        evaluate([1, 1], [0.5, 0.6])
    assert caught.value.code == "one_class"
    with pytest.raises(InvalidData) as refused:
        evaluate([1, 0], [0.5, np.nan])
    assert refused.value.code == "out_of_bounds"


@given(COUNTS, st.integers(0, 3))
def test_stability_is_never_negative_and_zero_for_equal_shares(counts, factor):
    counts[0] += 1
    assert population_stability(counts, counts) == 0
    shifted = np.roll(counts, factor)
    found = population_stability(counts, shifted)
    assert found >= 0
    assert found == pytest.approx(population_stability(shifted, counts))


def test_stability_by_hand():
    # (.3 − .5)·ln(.3/.5) + (.7 − .5)·ln(.7/.5)
    assert population_stability([500, 500], [300, 700]) == pytest.approx(0.169460, abs=1e-6)


def test_count_equal_rows_compares_lists():
    assert count_equal_rows(pd.DataFrame({"a": [["x"], ["y"], ["x"]]}))[0] == 1


def test_count_equal_rows_marks_the_first():
    count, first = count_equal_rows(pd.DataFrame({"a": ["x", "y", "x", "x"]}))
    assert (count, first.tolist()) == (2, [True, True, False, False])
