"""What would raise a score: only what is asked about, only what is so, never too much work."""

import pandas as pd
import pytest

from analytics.methods import what_if
from analytics.methods.errors import InvalidData
from analytics.methods.lead_score_fit import fit_lead_score
from analytics.methods.table_rows import TableRows
from analytics.methods.what_if import what_would_raise

from .data import FEATURES, made_up_leads


@pytest.fixture(
    scope="module", params=["logistic_regression", "gradient_boosting", "neural_network"]
)
def model(request):
    frame, won = made_up_leads(1500)
    return fit_lead_score(frame, won, FEATURES, algorithms=(request.param,)).model


@pytest.fixture
def poor() -> pd.DataFrame:
    return pd.DataFrame({"source": ["Web"], "visits": [1.0], "opted_in": ["no"]}, index=[7])


def test_it_names_the_value_that_truly_helps(model, poor):
    best = what_would_raise(model, poor, ["source"])[0]
    assert (best.field, best.state) == ("source", "Referral")


def test_gain_is_the_score_with_the_value_less_the_score_without(model, poor):
    before = model.score(poor).score[0]
    for one in what_would_raise(model, poor, ["source", "opted_in"], least=0.0):
        after = model.score(poor.assign(**{one.field: one.state})).score[0]
        assert one.points == pytest.approx(after - before)


def test_short_way_to_the_chances_says_the_same(model):
    frame, _won = made_up_leads(300, seed=9)
    rows = TableRows.of(model.model.encoder, frame)
    chances = model.model.chances(rows)
    assert chances == pytest.approx(model.model.predict(frame).probability, abs=1e-6)
    assert model.scores(rows).tolist() == model.reference.score(chances).tolist()


def test_number_names_a_bin(model, poor):
    (more,) = what_would_raise(model, poor, ["visits"])
    assert more.points > 5
    assert more.state.startswith(">") or "–" in more.state


def test_only_fields_that_were_asked_about(model, poor):
    assert {it.field for it in what_would_raise(model, poor, ["visits"])} == {"visits"}
    assert what_would_raise(model, poor, []) == []
    assert what_would_raise(model, poor, ["no such field"]) == []


def test_nothing_raises_what_is_best_already(model):
    best = pd.DataFrame({"source": ["Referral"], "visits": [11.0], "opted_in": ["no"]})
    assert what_would_raise(model, best, ["source"]) == []


def test_at_most_so_many_and_one_for_each_field(model, poor):
    found = what_would_raise(model, poor, [f.name for f in FEATURES], most=2, least=0.0)
    assert len(found) == 2
    assert len({it.field for it in found}) == 2
    assert found[0].points >= found[1].points


def test_work_is_bounded(model, poor, monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(what_if, "MOST_TRIED", 3)
    scores = type(model).scores
    monkeypatch.setattr(
        type(model), "scores", lambda self, rows: asked.append(len(rows)) or scores(self, rows)
    )
    what_would_raise(model, poor, [f.name for f in FEATURES])
    assert asked == [4]


def test_one_lead_at_a_time(model, poor):
    with pytest.raises(InvalidData):
        what_would_raise(model, pd.concat([poor, poor]), ["source"])
