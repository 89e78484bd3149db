import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from analytics.methods.calibration import fit_line, fit_sigmoid
from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.features import Feature
from analytics.methods.folds import canonical_order, stratified_folds, time_ordered_folds
from analytics.methods.logistic import CalibratedLogistic
from analytics.methods.logistic_fit import fit_logistic

from .data import FEATURES, made_up_leads


@pytest.fixture(scope="module")
def leads():
    return made_up_leads(1500)


@pytest.fixture(scope="module")
def fit(leads):
    return fit_logistic(*leads, FEATURES, seed=5)


def two_levels(wins=(30, 70), rows=100):
    """Two levels with known shares: without a penalty the answer is known in closed form."""
    frame = pd.DataFrame({"x": ["a"] * rows + ["b"] * rows})
    won = [1] * wins[0] + [0] * (rows - wins[0]) + [1] * wins[1] + [0] * (rows - wins[1])
    return frame, won


def test_unpenalised_coefficients_have_their_closed_form():
    frame, won = two_levels()
    model = fit_logistic(frame, won, [Feature("x", "category")], penalties=[1e6]).model
    raw = model.intercept + model.coefficients - model.coefficients.mean()
    np.testing.assert_allclose(raw, [logit(0.3), logit(0.7)], atol=1e-4)


def test_unpenalised_standard_error_has_its_closed_form():
    frame, won = two_levels()
    model = fit_logistic(frame, won, [Feature("x", "category")], penalties=[1e4]).model
    # Difference of two levels' log-odds: 1/(n p q) + 1/(n p q), Woolf 1955.
    step = np.array([0.0, -1.0, 1.0])
    p = model.predict(frame.iloc[[0, -1]]).probability
    np.testing.assert_allclose(p, [0.3, 0.7], atol=0.02)
    expected = (1 / (100 * p * (1 - p))).sum()
    assert step @ model.covariance @ step == pytest.approx(expected, rel=1e-3)


def test_ridge_coefficient_solves_its_own_equation():
    frame, won = two_levels((20, 80))
    c = 0.05
    model = fit_logistic(frame, won, [Feature("x", "category")], penalties=[c]).model
    w = model.coefficients[1]
    # Balanced levels coded ±½ with weights ±w: gradient of the penalised likelihood is zero.
    assert model.coefficients[0] == pytest.approx(-w, abs=1e-6)
    assert 100 * (0.8 - expit(w)) == pytest.approx(w / c, abs=1e-4)


def test_contributions_add_up(fit, leads):
    said = fit.model.predict(leads[0])
    np.testing.assert_allclose(said.mean_logit + said.contributions.sum(axis=1), said.logit, atol=0)
    np.testing.assert_allclose(expit(said.logit), said.probability)


def test_contributions_of_the_training_rows_average_zero(fit, leads):
    said = fit.model.predict(leads[0])
    np.testing.assert_allclose(said.contributions.mean(axis=0), 0, atol=1e-10)
    assert said.logit.mean() == pytest.approx(said.mean_logit)


def test_a_neutral_cell_contributes_nothing(fit):
    assert not fit.model.encoder.fields[1].has_rare
    frame = pd.DataFrame({"source": ["Web"], "visits": [2.0], "opted_in": ["maybe"]})
    assert fit.model.predict(frame).contributions[0, 2] == 0


def test_interval_holds_the_probability_and_widens_with_the_level(fit, leads):
    narrow, wide = (fit.model.predict(leads[0], level=level) for level in (0.5, 0.99))
    assert ((narrow.lower < narrow.probability) & (narrow.probability < narrow.upper)).all()
    assert ((wide.lower < narrow.lower) & (narrow.upper < wide.upper)).all()


def test_interval_covers_the_true_probability():
    covered = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        levels = rng.integers(0, 5, (1000, 6))
        effects = rng.normal(0, 0.5, (6, 5))
        truth = expit(effects[np.arange(6), levels].sum(axis=1) - 0.5)
        frame = pd.DataFrame(levels.astype(str), columns=list("abcdef"))
        won = (rng.random(1000) < truth).astype(int)
        fit = fit_logistic(frame, won, [Feature(name, "category") for name in frame], seed=seed)
        said = fit.model.predict(frame)
        covered.append(((said.lower <= truth) & (truth <= said.upper)).mean())
    assert 0.91 <= np.mean(covered) <= 0.98


def test_json_round_trip_gives_identical_predictions(fit, leads):
    again = CalibratedLogistic.from_dict(json.loads(json.dumps(fit.model.to_dict())))
    before, after = fit.model.predict(leads[0]), again.predict(leads[0])
    pd.testing.assert_frame_equal(before.frame(), after.frame(), check_exact=True)
    np.testing.assert_array_equal(before.contributions, after.contributions)


@pytest.mark.parametrize("stored", [{}, {"format": 99}, {"format": 2, "coefficients": [1]}])
def test_from_dict_refuses_strangers(stored):
    with pytest.raises(InvalidData) as caught:
        CalibratedLogistic.from_dict(stored)
    assert caught.value.code == "bad_artifact"


def test_rows_are_scored_one_by_one_as_all_together(fit, leads):
    together = fit.model.predict(leads[0]).frame().head(3)
    alone = pd.concat([fit.model.predict(leads[0].iloc[[row]]).frame() for row in range(3)])
    pd.testing.assert_frame_equal(together, alone, rtol=1e-12)


def test_chosen_penalty_is_the_strongest_within_one_standard_error(fit):
    search = fit.search
    allowed = search[search["excess"] <= search["standard_error"]]
    assert search.loc[search["chosen"], "c"].item() == allowed["c"].min()


def test_time_ordered_fit_tests_only_later_rows(leads):
    frame, won = leads
    fit = fit_logistic(frame, won, FEATURES, order=frame.index)
    assert fit.folds == "time"
    assert fit.out_of_fold.index.min() > frame.index.min() + len(frame) // 2 - 1
    assert fit.out_of_fold["fold"].is_monotonic_increasing


def test_time_order_falls_back_where_one_class_comes_late():
    frame, won = made_up_leads(800)
    late = won.sort_values().set_axis(frame.index)
    assert fit_logistic(frame, late, FEATURES, order=np.arange(800)).folds == "stratified"


@pytest.mark.parametrize(
    ("won", "code", "needed", "found"),
    [
        ([1] * 200, "one_class", 2, 1),
        ([0] * 200, "one_class", 2, 1),
        ([1] * 49 + [0] * 151, "few_positives", 50, 49),
        ([0] * 10 + [1] * 190, "few_negatives", 50, 10),
    ],
)
def test_fit_refuses_too_little(won, code, needed, found):
    frame, _ = made_up_leads(200)
    with pytest.raises(InsufficientData) as caught:
        fit_logistic(frame, won, FEATURES)
    assert (caught.value.code, caught.value.needed, caught.value.found) == (code, needed, found)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda frame, won: (frame.set_axis([1] * len(frame)), won.to_numpy()), "duplicate_ids"),
        (lambda frame, won: (frame, won.to_numpy()[:-1]), "unequal_lengths"),
        (lambda frame, won: (frame, won.iloc[::-1]), "unequal_lengths"),
        (lambda frame, won: (frame, won.replace(0, 2)), "unknown_target"),
        (lambda frame, won: (frame, won.astype(float).replace(0, np.nan)), "unknown_target"),
        (lambda frame, won: (frame.drop(columns="source"), won), "missing_column"),
    ],
)
def test_fit_names_contradictions(change, code):
    frame, won = change(*made_up_leads(300))
    with pytest.raises(InvalidData) as caught:
        fit_logistic(frame, won, FEATURES)
    assert caught.value.code == code


def test_fields_without_signal_give_the_base_rate_or_close():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.choice(list("abc"), 2000)})
    won = (rng.random(2000) < 0.3).astype(int)
    said = fit_logistic(frame, won, [Feature("x", "category")]).model.predict(frame)
    np.testing.assert_allclose(said.probability, won.mean(), atol=0.05)


def test_sigmoid_turned_the_wrong_way_is_flat():
    sigmoid = fit_sigmoid([2.0, 1.0, -1.0, -2.0] * 25, [0, 0, 1, 1] * 25)
    assert sigmoid.slope == 0
    np.testing.assert_allclose(expit(sigmoid.apply(np.array([-9.0, 9.0]))), 0.5)


def test_sigmoid_of_a_perfect_separation_is_finite():
    sigmoid = fit_sigmoid([-3.0, -1.0, 1.0, 3.0] * 50, [0, 0, 1, 1] * 50)
    assert np.isfinite([sigmoid.slope, sigmoid.offset, *sigmoid.covariance]).all()
    assert expit(sigmoid.apply(np.array([3.0])))[0] > 0.98


def test_line_recovers_known_slope_and_intercept():
    rng = np.random.default_rng(2)
    z = rng.normal(0, 2, 200_000)
    won = (rng.random(len(z)) < expit(0.5 * z - 1)).astype(float)
    assert fit_line(z, won) == pytest.approx((0.5, -1.0), abs=0.02)


def test_canonical_order_refuses_rows_without_a_time():
    with pytest.raises(InvalidData) as caught:
        canonical_order(pd.Index([1, 2]), [1.0, np.nan])
    assert caught.value.code == "not_finite"


def test_stratified_folds_test_every_row_once():
    parts = stratified_folds([0, 1] * 10, 5, seed=1)
    assert sorted(np.concatenate([test for _, test in parts])) == list(range(20))


def test_time_ordered_folds_never_look_ahead():
    for train, test in time_ordered_folds([0, 1] * 50, 5):
        assert train.max() < test.min()
