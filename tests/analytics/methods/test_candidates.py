"""Candidates of a score: they add up, they are calibrated, the simplest good one is taken."""

import json

import lightgbm
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.calibrated import CalibratedModel
from analytics.methods.candidates import GROWN, LOGISTIC, fit_candidates
from analytics.methods.errors import InvalidData
from analytics.methods.evaluation import evaluate
from analytics.methods.features import Feature
from analytics.methods.lead_score import LeadScoreModel
from analytics.methods.lead_score_fit import fit_lead_score
from analytics.methods.table_rows import TableRows
from analytics.methods.trees_fit import fit_trees

FEATURES = [
    Feature("source", "category"),
    Feature("visits", "numeric"),
    Feature("minutes", "numeric"),
    Feature("opted_in", "boolean"),
]
SOURCES = ["web", "fair", "referral", "advert"]


def leads(rows: int, seed: int, rate: float = 0.4) -> tuple[pd.DataFrame, pd.Series]:
    """Chances hang on source, and on visits and minutes together: no straight line tells them."""
    chance = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "source": chance.choice(SOURCES, rows),
            "visits": chance.integers(0, 12, rows).astype(float),
            "minutes": chance.exponential(300, rows).round(),
            "opted_in": chance.choice(["yes", "no"], rows),
        }
    )
    frame.loc[chance.random(rows) < 0.1, "visits"] = np.nan
    both = (frame["visits"] > 5) ^ (frame["minutes"] > 250)
    logit = 1.6 * both - 0.8 + np.where(frame["source"] == "referral", 1.0, -0.2)
    logit += np.log(rate / (1 - rate))
    return frame, pd.Series((chance.random(rows) < 1 / (1 + np.exp(-logit))).astype(int))


@pytest.fixture(scope="module")
def fits():
    frame, won = leads(4_000, 1)
    return fit_candidates(frame, won, FEATURES)


def test_every_candidate_is_fitted_on_the_same_rows(fits) -> None:
    assert list(fits.fits) == [LOGISTIC, *GROWN]
    tested = [fit.out_of_fold for fit in fits.fits.values()]
    assert all((each.index == tested[0].index).all() for each in tested)
    assert all((each["fold"] == tested[0]["fold"]).all() for each in tested)


def test_trees_win_where_fields_work_together(fits) -> None:
    assert fits.chosen in ("random_forest", "gradient_boosting")
    figures = {
        name: evaluate(fit.out_of_fold["outcome"], fit.out_of_fold["probability"])
        for name, fit in fits.fits.items()
    }
    assert figures[fits.chosen].roc_auc > figures[LOGISTIC].roc_auc + 0.03
    assert all(each.calibration_error < 0.04 for each in figures.values())


def test_the_simplest_serves_where_a_straight_line_tells_all() -> None:
    chance = np.random.default_rng(2)
    frame, _won = leads(3_000, 2)
    odds = np.where(frame["source"] == "referral", 0.7, 0.2)
    won = pd.Series((chance.random(3_000) < odds).astype(int))
    assert fit_candidates(frame, won, FEATURES).chosen == LOGISTIC


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_contributions_and_base_are_the_log_odds(fits, seed: int) -> None:
    frame, _won = leads(40, seed)
    frame.loc[0] = [None, None, None, None]
    frame.loc[1, "source"] = "never seen"
    for name in GROWN:
        model = fits.fits[name].model
        rows = TableRows.of(model.encoder, frame)
        added = model.estimator.base + model.estimator.contributions(rows).sum(axis=1)
        assert np.abs(added - model.estimator.logits(rows)).max() < 1e-6
        said = model.predict(frame)
        assert np.abs(said.mean_logit + said.contributions.sum(axis=1) - said.logit).max() < 1e-6
        assert ((said.lower <= said.probability) & (said.probability <= said.upper)).all()


@pytest.mark.parametrize("name", GROWN)
def test_stored_candidate_says_the_same(fits, name: str) -> None:
    model = fits.fits[name].model
    again = CalibratedModel.from_dict(json.loads(json.dumps(model.to_dict())))
    frame, _won = leads(200, 3)
    one, other = model.predict(frame), again.predict(frame)
    assert (one.probability == other.probability).all()
    assert (one.contributions == other.contributions).all()
    assert (one.upper == other.upper).all()


def test_stored_candidate_of_unknown_form_is_refused(fits) -> None:
    stored = fits.fits["gradient_boosting"].model.to_dict()
    for odd in (stored | {"algorithm": "oracle"}, stored | {"format": 99}, {"algorithm": "x"}):
        with pytest.raises(InvalidData):
            CalibratedModel.from_dict(odd)


def test_intervals_cover_the_chance_of_similar_leads(fits) -> None:
    """Of leads that were not seen, as many convert as the interval of their like says."""
    frame, won = leads(20_000, 5)
    said = fits.fits["gradient_boosting"].model.predict(frame)
    bins = pd.qcut(said.probability, 20, labels=False, duplicates="drop")
    rates = pd.DataFrame({"won": won, "low": said.lower, "high": said.upper}).groupby(bins).mean()
    assert ((rates["low"] <= rates["won"]) & (rates["won"] <= rates["high"])).mean() >= 0.85


def test_rare_outcomes_keep_their_rate() -> None:
    frame, won = leads(6_000, 6, rate=0.03)
    fits = fit_candidates(frame, won, FEATURES)
    for fit in fits.fits.values():
        assert abs(fit.out_of_fold["probability"].mean() - won.mean()) < 0.005


def test_column_that_is_empty_in_one_fold_breaks_nothing() -> None:
    frame, won = leads(1_000, 7)
    frame["rare"] = pd.Series([None] * 1_000, dtype=object)
    frame.loc[:60, "rare"] = 5.0
    order = np.arange(1_000)
    fits = fit_candidates(frame, won, [*FEATURES, Feature("rare", "numeric")], order=order)
    assert fits.folds == "time"
    assert all(fit.out_of_fold["probability"].notna().all() for fit in fits.fits.values())


def test_permuted_outcomes_carry_no_signal() -> None:
    frame, won = leads(2_000, 8)
    shuffled = pd.Series(np.random.default_rng(0).permutation(won.to_numpy()))
    fit = fit_lead_score(frame, shuffled, FEATURES)
    assert fit.evaluation.roc_auc_lower < 0.5 or not fit.model.model.has_signal


def test_score_of_trees_is_stored_and_applied(fits) -> None:
    frame, won = leads(1_500, 9)
    fit = fit_lead_score(frame, won, FEATURES, algorithms=["gradient_boosting"])
    again = LeadScoreModel.from_dict(json.loads(json.dumps(fit.model.to_dict())))
    one, other = fit.model.score(frame.head(50)), again.score(frame.head(50))
    assert (one.score == other.score).all()
    assert one.reasons_of(0) == other.reasons_of(0)


@pytest.mark.parametrize("kind", ["boosting", "forest"])
def test_shares_are_the_shap_values_that_lightgbm_gives(kind: str) -> None:
    """Also of rows that are empty, beyond training, or missing where training had no gaps."""
    frame, won = leads(3_000, 11)
    numbers = frame.assign(
        source=frame["source"].map(SOURCES.index), opted_in=frame["opted_in"] == "yes"
    ).to_numpy(dtype=np.float64)
    rows = TableRows(np.zeros(numbers.shape, dtype=np.int64), numbers)
    trees = fit_trees(rows, won.to_numpy(dtype=np.float64), kind, 60)
    asked = numbers[:500].copy()
    asked[:20], asked[20:40], asked[40:60, 2], asked[60:80, 0] = np.nan, 1e6, np.nan, -3.0
    booster = lightgbm.Booster(model_str=trees.text)
    theirs = np.asarray(booster.predict(asked, pred_contrib=True))
    ours = trees.contributions(TableRows(np.zeros(asked.shape, dtype=np.int64), asked))
    assert np.abs(ours - theirs[:, :-1]).max() < 1e-9
    assert abs(trees.base - theirs[0, -1]) < 1e-9
