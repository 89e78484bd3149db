import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import expit

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.percentile_score import (
    PercentileScore,
    grade_scores,
    score_points,
    top_reasons,
)

SHARES = st.floats(0, 1)
EFFECTS = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 8), st.integers(1, 9)),
    elements=st.floats(-4, 4).map(lambda value: round(value, 6)),
)


@given(st.lists(SHARES, min_size=1, max_size=50), st.lists(SHARES, min_size=2, max_size=50))
def test_score_never_falls_as_the_probability_rises(reference, asked):
    scores = PercentileScore.fit(reference).score(np.sort(asked))
    assert (np.diff(scores) >= 0).all()
    assert ((scores >= 0) & (scores <= 100)).all()


@given(EFFECTS, st.lists(st.floats(0.001, 0.999), min_size=1, max_size=40), st.floats(-3, 3))
def test_points_add_up_and_keep_their_sign(effects, reference, mean_logit):
    scale = PercentileScore.fit(reference)
    points = score_points(effects, mean_logit, scale)
    score = scale.score(expit(mean_logit + effects.sum(axis=1)))
    average = scale.score(expit([mean_logit]))
    np.testing.assert_allclose(points.sum(axis=1), score - average, atol=1e-6)
    assert (points * effects >= -1e-9).all()


@given(EFFECTS, st.integers(1, 7))
def test_top_reasons_and_the_rest_add_up(points, most):
    top = top_reasons(points, most)
    np.testing.assert_allclose(top.points.sum(axis=1) + top.rest, points.sum(axis=1), atol=1e-9)
    assert (np.diff(np.abs(top.points), axis=1) <= 0).all()
    assert top.fields.shape[1] == min(most, points.shape[1])


def test_score_is_the_percentile_in_the_reference():
    p = np.random.default_rng(0).beta(2, 5, 20_001)
    reference = PercentileScore.fit(p)
    assert len(reference.scores) == 1001
    np.testing.assert_allclose(reference.score(p).mean(), 50, atol=0.1)
    np.testing.assert_allclose(
        reference.score(np.quantile(p, [0.1, 0.5, 0.8])), [10, 50, 80], atol=0.05
    )


def test_tied_probabilities_share_their_middle_rank():
    reference = PercentileScore.fit([0.2, 0.4, 0.4, 0.4, 0.9])
    np.testing.assert_allclose(reference.score([0.2, 0.4, 0.9]), [0, 50, 100])


def test_one_value_scores_fifty():
    assert PercentileScore.fit([0.3] * 9).score([0.0, 0.3, 1.0]).tolist() == [50, 50, 50]


def test_points_near_the_average_stay_stable_where_effects_cancel():
    reference = PercentileScore.fit(np.random.default_rng(0).beta(2, 3, 5000))
    points = score_points(np.array([[2.0, -2.0 + 1e-7], [2.0, -2.0]]), -0.4, reference)
    np.testing.assert_allclose(points[0], points[1], rtol=1e-3)
    assert 20 < points[0, 0] < 120


def test_json_round_trip_gives_identical_scores():
    reference = PercentileScore.fit(np.random.default_rng(0).random(5000))
    again = PercentileScore.from_dict(json.loads(json.dumps(reference.to_dict())))
    asked = np.linspace(0, 1, 333)
    np.testing.assert_array_equal(again.score(asked), reference.score(asked))


def test_grades_follow_their_cuts():
    assert grade_scores([90, 50, 10], (60, 40, 20)).tolist() == ["A", "B", "D"]
    with pytest.raises(InvalidData):
        grade_scores([1], (20, 40, 60))


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan])
def test_reference_refuses_what_is_no_probability(value):
    with pytest.raises(InvalidData) as caught:
        PercentileScore.fit([0.5, value])
    assert caught.value.code == "out_of_bounds"


def test_reference_refuses_nothing():
    with pytest.raises(InsufficientData):
        PercentileScore.fit([])
