import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from analytics.methods.errors import InvalidData
from analytics.methods.evaluation import count_equal_rows, evaluate
from analytics.methods.lead_score import LeadScoreModel
from analytics.methods.lead_score_fit import fit_lead_score
from tests.data import LATE_FIELDS

from .data import FEATURES, REPOSITORY, made_up_leads, usable, x_education

LEAST_ROWS_PER_SECOND = 10_000  # a third of the target: test machines are busy


@pytest.fixture(scope="module")
def leads():
    return made_up_leads(1200)


@pytest.fixture(scope="module")
def fit(leads):
    return fit_lead_score(*leads, FEATURES)


@pytest.fixture(scope="module")
def held_out():
    """X Education: fitted on the first 70 % by lead number, judged on the rest."""
    frame, won = x_education()
    cut = int(0.7 * len(frame))
    features = usable(frame, without=LATE_FIELDS)
    fit = fit_lead_score(
        frame[:cut], won[:cut], features, order=frame.index[:cut], missing_values=["Select"]
    )
    names = [feature.name for feature in features]
    return fit, frame[cut:], won[cut:], count_equal_rows(frame[names])[1][cut:]


def test_reasons_add_up_to_the_score(fit, leads):
    scores = fit.model.score(leads[0])
    total = scores.reasons.points.sum(axis=1) + scores.reasons.rest
    np.testing.assert_allclose(total, scores.score - scores.average_score, atol=1e-6)


def test_reasons_name_fields_strongest_first(fit, leads):
    reasons = fit.model.score(leads[0]).reasons_of(0)
    assert {reason.field for reason in reasons} <= {feature.name for feature in FEATURES}
    sizes = [abs(reason.points) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)


def test_one_lead_moves_no_other(fit, leads):
    together = fit.model.score(leads[0]).frame()
    half = fit.model.score(leads[0].iloc[::2]).frame()
    pd.testing.assert_frame_equal(together.iloc[::2], half, rtol=1e-12)


def test_grades_of_the_training_leads_follow_the_cuts(fit, leads):
    shares = pd.Series(fit.model.score(leads[0]).grade).value_counts(normalize=True)
    assert shares["A"] == pytest.approx(0.2, abs=0.05)
    assert shares["D"] == pytest.approx(0.35, abs=0.05)


def test_json_round_trip_gives_identical_scores(fit, leads):
    again = LeadScoreModel.from_dict(json.loads(json.dumps(fit.model.to_dict())))
    pd.testing.assert_frame_equal(
        again.score(leads[0]).frame(), fit.model.score(leads[0]).frame(), check_exact=True
    )


def test_from_dict_refuses_strangers():
    with pytest.raises(InvalidData) as caught:
        LeadScoreModel.from_dict({"model": {}})
    assert caught.value.code == "bad_artifact"


def test_scoring_loads_no_scikit_learn():
    script = "import sys, analytics.methods.lead_score; sys.exit('sklearn' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, check=False)
    assert found.returncode == 0


def test_no_rows_get_no_scores(fit, leads):
    assert fit.model.score(leads[0].head(0)).frame().empty


def test_held_out_x_education_is_told_apart_and_calibrated(held_out):
    fit, frame, won, first = held_out
    p = fit.model.score(frame).probability
    found, without = evaluate(won, p), evaluate(won[first], p[first])
    assert found.roc_auc >= 0.89
    assert without.roc_auc >= 0.85
    assert found.brier <= 0.13 < found.brier_base
    assert found.calibration_error <= 0.04
    assert 0.8 <= found.calibration_slope <= 1.2


def test_held_out_x_education_scores_spread_evenly(held_out):
    fit, frame, _, _ = held_out
    scores = fit.model.score(frame)
    gap = np.abs(np.sort(scores.score) / 100 - np.linspace(0, 1, len(frame))).max()
    assert gap < 0.08


def test_equal_rows_are_counted_and_judged_apart(held_out):
    fit = held_out[0]
    assert fit.equal_rows > 100
    assert fit.evaluation_without_equal.rows == fit.evaluation.rows - fit.equal_rows


def test_scoring_is_fast_enough_for_a_million_leads(held_out):
    fit, frame, _, _ = held_out
    many = pd.concat([frame] * 8, ignore_index=True)
    started = time.perf_counter()
    fit.model.score(many)
    assert len(many) / (time.perf_counter() - started) > LEAST_ROWS_PER_SECOND
