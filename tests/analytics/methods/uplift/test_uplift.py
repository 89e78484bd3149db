"""Uplift: found where it was planted, none where there is none, honest on the public e-mail test."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.features import Feature, guess_feature
from analytics.methods.uplift.choice import fit_uplift
from analytics.methods.uplift.learners import LEARNERS, UpliftModel, fit_learner
from analytics.methods.uplift.qini import qini_curve, qini_draws
from tests.analytics.methods.experiments.test_effects import hillstrom

FIELDS = [Feature("source", "category"), Feature("visits", "numeric")]


def campaign(
    rows: int = 8_000, planted: float = 0.25, seed: int = 1
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """The message works at fairs, and a little everywhere; visits say who buys anyway."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"source": rng.choice(["web", "fair", "other"], rows), "visits": rng.poisson(3, rows)}
    )
    treated = (rng.random(rows) < 0.7).astype(float)
    chance = (
        0.05 + 0.03 * frame["visits"] + treated * (0.02 + planted * (frame["source"] == "fair"))
    )
    return frame, treated, (rng.random(rows) < chance).to_numpy(float)


@pytest.fixture(scope="module")
def planted():
    return fit_uplift(*campaign(), FIELDS, draws=60)


def test_planted_uplift_is_found(planted) -> None:
    assert planted.chosen == "one_field"
    assert planted.model.field == "source"
    said = planted.model.predict(pd.DataFrame({"source": ["fair", "web"], "visits": [3, 3]}))
    assert said[0] == pytest.approx(0.27, abs=0.05)
    assert said[1] == pytest.approx(0.02, abs=0.04)
    assert planted.overall == pytest.approx(0.02 + 0.25 / 3, abs=0.02)
    for each in planted.tried:
        assert each.lower <= each.curve.coefficient <= each.upper
        assert each.curve.gained[0] == 0
        assert each.is_better_than_chance
    assert [each.learner for each in planted.tried] == list(LEARNERS)
    assert planted.held_out == pytest.approx(planted.rows / 3, abs=2)


def test_several_fields_need_a_learner_of_several() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({f"f{n}": rng.choice(["a", "b"], 20_000) for n in range(5)})
    treated = rng.integers(0, 2, 20_000).astype(float)
    votes = (frame == "a").sum(axis=1).to_numpy()
    y = (rng.random(20_000) < 0.2 + treated * 0.06 * votes).astype(float)
    found = fit_uplift(frame, treated, y, [Feature(name, "category") for name in frame], draws=60)
    assert found.chosen in {"transformed", "two_models"}


def test_arms_by_turns_are_split_in_both_halves() -> None:
    """Every other person held out: each half of the choice of a field has both arms."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"source": rng.choice(["web", "fair"], 4_000)})
    treated = np.arange(4_000) % 2
    chance = 0.1 + 0.2 * treated * (frame["source"] == "fair")
    found = fit_uplift(frame, treated, rng.random(4_000) < chance, [Feature("source", "category")])
    assert (found.chosen, found.model.field) == ("one_field", "source")


def test_without_uplift_nothing_serves() -> None:
    found = fit_uplift(*campaign(planted=0.0, seed=5), FIELDS, draws=60)
    assert (found.model, found.chosen) == (None, None)
    assert not found.best.is_better_than_chance


@pytest.mark.parametrize("learner", LEARNERS)
def test_models_survive_storage(learner) -> None:
    frame, treated, y = campaign()
    from analytics.methods.tabular import TabularEncoder

    encoder = TabularEncoder.fit(frame, FIELDS)
    for outcomes in (y, y * 12.5, np.where(treated == 1, y, 0.0)):
        model = fit_learner(learner, encoder, encoder.transform(frame), treated, outcomes)
        stored = UpliftModel.from_dict(json.loads(json.dumps(model.to_dict())))
        np.testing.assert_allclose(stored.predict(frame), model.predict(frame))
        assert np.isfinite(model.predict(frame)).all()
    with pytest.raises(InvalidData):
        UpliftModel.from_dict(model.to_dict() | {"treated": [1.0]})
    with pytest.raises(InvalidData):
        UpliftModel.from_dict({})


@given(
    st.lists(st.tuples(st.integers(-3, 3), st.booleans(), st.booleans()), min_size=2, max_size=40),
    st.randoms(),
)
def test_curves_end_at_the_whole_and_do_not_hang_on_order(rows, shuffled) -> None:
    scores, treated, outcomes = (list(map(float, column)) for column in zip(*rows, strict=True))
    if len(set(treated)) < 2:
        with pytest.raises(InsufficientData):
            qini_curve(scores, treated, outcomes)
        return
    found = qini_curve(scores, treated, outcomes)
    assert found.share[-1] == 1
    t, y = np.array(treated), np.array(outcomes)
    assert found.overall == pytest.approx(y[t == 1].mean() - y[t == 0].mean())
    even = qini_curve([1.0] * len(rows), treated, outcomes)
    assert even.coefficient == pytest.approx(0)
    shuffled.shuffle(rows)
    again = qini_curve(*(list(map(float, column)) for column in zip(*rows, strict=True)))
    assert again.coefficient == pytest.approx(found.coefficient)


def test_draws_cover_the_coefficient() -> None:
    frame, treated, y = campaign()
    scores = (frame["source"] == "fair").to_numpy(float)
    drawn = qini_draws(scores, treated, y, draws=100, seed=2)
    assert np.quantile(drawn, 0.02) < qini_curve(scores, treated, y).coefficient
    assert qini_curve(scores, treated, y).coefficient < np.quantile(drawn, 0.98)


def test_too_little_is_said() -> None:
    frame, treated, y = campaign()
    for arm, outcome, code in (
        (treated, np.zeros_like(y), "few_positives"),
        (treated, np.ones_like(y), "few_negatives"),
        (np.ones_like(y), y, "one_class"),
    ):
        with pytest.raises(InsufficientData) as caught:
            fit_uplift(frame, arm, outcome, FIELDS)
        assert caught.value.code == code
    with pytest.raises(InvalidData):
        fit_uplift(frame, treated[:5], y, FIELDS)
    with pytest.raises(InvalidData):
        fit_uplift(frame, treated + 1, y, FIELDS)
    with pytest.raises(InvalidData):
        fit_uplift(frame, treated, y + np.nan, FIELDS)


@pytest.mark.acceptance
def test_hillstrom_serves_the_better() -> None:
    rows = hillstrom()
    served = {}
    for arm in ("Mens E-Mail", "Womens E-Mail"):
        own = rows[rows["segment"].isin([arm, "No E-Mail"])]
        before = own.drop(columns=["segment", "visit", "conversion", "spend"]).astype(str)
        features = [
            Feature(name, guess.kind)
            for name in before
            if (guess := guess_feature(before[name])).kind
        ]
        found = fit_uplift(before, own["segment"] == arm, own["visit"], features)
        for each in found.tried:
            print(
                f"{arm}, visit: {each.learner:12} {each.field:16} held-out third: Qini "
                f"{100 * each.curve.coefficient:.3f} [{100 * each.lower:.3f}, "
                f"{100 * each.upper:.3f}] points; by folds {100 * each.folds:.3f}"
            )
        served[arm] = (found.chosen, found.model and found.model.field)
    print(f"serves: {served}")
    assert served["Womens E-Mail"] == ("one_field", "womens")
    assert served["Mens E-Mail"] == (None, None)
