import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.features import Feature
from analytics.methods.tabular import TabularEncoder

from .data import FEATURES, made_up_leads

CELLS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.decimals(allow_nan=False),
    st.lists(st.text(max_size=3), max_size=3),
)


def encoder_of(cells, kind="category", **options):
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=object)})
    return TabularEncoder.fit(frame, [Feature("x", kind)], min_share=0, **options)


def codes_of(encoder, cells):
    return encoder.transform(pd.DataFrame({"x": pd.Series(cells, dtype=object)}))[:, 0].tolist()


KNOWN = {
    "category": encoder_of(["a"] * 30 + ["b"] * 25 + ["c"] * 3),
    "boolean": encoder_of(["yes"] * 30 + ["no"] * 25, "boolean"),
    "numeric": encoder_of(range(100), "numeric", bins=4),
}


def test_rare_unseen_and_missing_each_have_their_place():
    encoder = encoder_of(["a"] * 30 + ["b"] * 25 + ["c"] * 3 + [None] * 4)
    assert encoder.fields[0].states == ("a", "b", "(rare)", "(missing)")
    assert codes_of(encoder, ["b", "c", "never seen", "", " "]) == [1, 2, 2, 3, 3]


def test_states_training_never_saw_are_neutral():
    encoder = encoder_of(["a"] * 30 + ["b"] * 25)
    assert codes_of(encoder, ["a", "never seen", None]) == [0, -1, -1]


def test_missing_words_are_missing_in_any_spelling():
    encoder = encoder_of(["a"] * 30 + ["Select"] * 25, missing_values=["select"])
    assert encoder.fields[0].states == ("a", "(missing)")
    assert codes_of(encoder, ["SELECT ", None]) == [1, 1]


def test_commonest_spelling_is_the_label():
    assert encoder_of(["Google"] * 30 + ["google"] * 9 + ["fair"] * 40).fields[0].labels == (
        "fair",
        "Google",
    )


def test_levels_beyond_the_most_are_rare():
    encoder = encoder_of(["a"] * 40 + ["b"] * 30 + ["c"] * 25, max_levels=2)
    assert encoder.fields[0].states == ("a", "b", "(rare)")


def test_boolean_joins_words_for_yes_and_no():
    encoder = encoder_of(["Yes", "是", 1, True] * 9 + ["no", "否", 0, False] * 9, kind="boolean")
    assert encoder.fields[0].states == ("false", "true")
    assert codes_of(encoder, ["Y", "无", True]) == [1, 0, 1]


def test_heavy_zero_of_a_count_has_a_bin_of_its_own():
    encoder = encoder_of([0] * 800 + list(range(1, 201)), kind="numeric", bins=4)
    field = encoder.fields[0]
    assert field.labels[0] == "≤ 0"
    assert field.counts[0] == 800
    assert len(field.counts) == 4


def test_numbers_beyond_the_training_range_fall_into_the_outermost_bins():
    encoder = encoder_of(range(100), kind="numeric", bins=4)
    assert codes_of(encoder, [-1e300, 1e300, "50", "x"]) == [0, 3, 2, -1]


def test_constant_fields_are_dropped_with_the_reason():
    frame = pd.DataFrame({"x": ["a"] * 95 + ["b"] * 5, "y": ["a", "b"] * 50})
    encoder = TabularEncoder.fit(frame, [Feature("x", "category"), Feature("y", "category")])
    assert encoder.dropped == {"x": "constant"}
    assert encoder.columns == {"y": slice(0, 2)}


def test_encoder_refuses_when_nothing_is_left():
    with pytest.raises(InsufficientData) as caught:
        encoder_of(["a"] * 99)
    assert caught.value.code == "no_usable_field"


@pytest.mark.parametrize(
    ("frame", "features", "code"),
    [
        (pd.DataFrame({"a": [1]}), [Feature("b", "numeric")], "missing_column"),
        (pd.DataFrame({"a": [1]}), [Feature("a", "numeric")] * 2, "duplicate_columns"),
        (
            pd.DataFrame([[1, 2]], columns=["a", "a"]),
            [Feature("a", "numeric")],
            "duplicate_columns",
        ),
    ],
)
def test_encoder_names_impossible_columns(frame, features, code):
    with pytest.raises(InvalidData) as caught:
        TabularEncoder.fit(frame, features)
    assert caught.value.code == code


@pytest.mark.parametrize("kind", ["category", "boolean", "numeric"])
@given(cells=st.lists(CELLS, min_size=1, max_size=20))
def test_encoder_handles_any_cell(kind, cells):
    encoder = KNOWN[kind]
    codes = codes_of(encoder, cells)
    assert len(codes) == len(cells)
    assert {*codes} <= {-1, *range(len(encoder.fields[0].counts))}


@given(
    st.lists(CELLS, min_size=1, max_size=60), st.sampled_from(["category", "boolean", "numeric"])
)
def test_encoder_learns_from_any_cells_and_gives_every_one_a_state(cells, kind):
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=object)})
    try:
        encoder = TabularEncoder.fit(frame, [Feature("x", kind)], min_count=1, min_share=0)
    except InsufficientData:
        return
    codes = encoder.transform(frame)[:, 0]
    assert np.bincount(codes, minlength=len(encoder.fields[0].counts)).tolist() == list(
        encoder.fields[0].counts
    )


def test_json_round_trip_gives_the_same_codes():
    frame, _ = made_up_leads()
    encoder = TabularEncoder.fit(frame, FEATURES)
    again = TabularEncoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
    assert again == encoder
    np.testing.assert_array_equal(again.transform(frame), encoder.transform(frame))


def test_from_dict_refuses_strangers():
    with pytest.raises(InvalidData) as caught:
        TabularEncoder.from_dict({"fields": [{}]})
    assert caught.value.code == "bad_artifact"
