"""Closed leads beside a model: bounded, of the same rate, the most alike first."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.closed_cases import ClosedCases, state_distances
from analytics.methods.errors import InvalidData
from analytics.methods.features import Feature
from analytics.methods.states import CodedField
from analytics.methods.tabular import TabularEncoder

from .data import FEATURES, made_up_leads

WEIGHTS = {"source": 1.0, "visits": 1.0, "opted_in": 1.0}


@pytest.fixture(scope="module")
def leads():
    frame, won = made_up_leads(1000)
    return frame, won, TabularEncoder.fit(frame, FEATURES)


def test_the_lead_itself_is_the_most_alike(leads):
    frame, won, encoder = leads
    kept = ClosedCases.fit(encoder, frame, won)
    codes = encoder.transform(frame)
    for place in range(0, 1000, 97):
        nearest = kept.nearest(encoder, frame.iloc[[place]], WEIGHTS)
        assert (kept.codes[nearest[0]] == codes[place]).all()


def test_order_is_that_of_the_distance_written_out(leads):
    frame, won, encoder = leads
    kept = ClosedCases.fit(encoder, frame, won)
    row = frame.iloc[[5]]
    own = encoder.transform(row)[0]
    weights = {"source": 3.0, "visits": 1.0}

    def distance(position: int) -> float:
        return sum(
            weights.get(field.feature.name, 0)
            * state_distances(field, int(own[place]), [kept.codes[position, place]])[0]
            for place, field in enumerate(encoder.fields)
        )

    found = [round(distance(at), 9) for at in kept.nearest(encoder, row, weights)]
    assert found == sorted(found)


def test_field_without_a_weight_says_nothing(leads):
    frame, won, encoder = leads
    kept = ClosedCases.fit(encoder, frame, won)
    row = frame.iloc[[5]]
    other = row.assign(opted_in="no" if row["opted_in"].iloc[0] != "no" else "Yes")
    weights = {"source": 1.0, "visits": 1.0}
    assert (
        kept.nearest(encoder, row, weights).tolist()
        == kept.nearest(encoder, other, weights).tolist()
    )


def test_sample_is_bounded_and_keeps_the_rate(leads):
    frame, won, encoder = leads
    kept = ClosedCases.fit(encoder, frame, won, most=200)
    assert 198 <= len(kept.ids) <= 200
    assert abs(won.loc[kept.ids].mean() - won.mean()) < 0.01
    assert (np.diff(kept.ids) > 0).all()


def test_cases_survive_being_stored(leads):
    frame, won, encoder = leads
    kept = ClosedCases.fit(encoder, frame, won)
    again = ClosedCases.from_dict(json.loads(json.dumps(kept.to_dict())))
    assert (again.ids == kept.ids).all()
    assert (again.codes == kept.codes).all()


@pytest.mark.parametrize(
    "stored", [{}, {"ids": [1], "fields": 2, "codes": "!"}, {"ids": [1], "fields": 2, "codes": ""}]
)
def test_what_is_no_stored_form_is_refused(stored):
    with pytest.raises(InvalidData) as caught:
        ClosedCases.from_dict(stored)
    assert caught.value.code == "bad_artifact"


def test_two_rows_at_once_are_refused(leads):
    frame, won, encoder = leads
    kept = ClosedCases.fit(encoder, frame, won)
    with pytest.raises(InvalidData):
        kept.nearest(encoder, frame.head(2), WEIGHTS)
    with pytest.raises(InvalidData):
        ClosedCases.fit(encoder, frame, won, most=0)


@given(
    own=st.integers(-1, 5),
    other=st.integers(-1, 5),
    kind=st.sampled_from(["numeric", "category"]),
)
def test_distance_is_one_measure_both_ways(own, other, kind):
    labels = ("a", "b", "c", "d")
    field = CodedField(
        Feature("x", kind), labels, labels, (), (1,) * 6, has_rare=True, has_missing=True
    )
    there = state_distances(field, own, [other])[0]
    assert there == state_distances(field, other, [own])[0]
    assert 0 <= there <= 1
    assert (there == 0) == (own == other)
