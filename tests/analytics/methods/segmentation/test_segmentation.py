"""Segments of customers whose groups are known, of customers without groups, and of real ones."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.segmentation.clustering import Segmentation, fit_segments
from analytics.methods.segmentation.matching import match_segments
from analytics.methods.segmentation.newcomers import SegmentAssigner, fit_assigner
from analytics.methods.segmentation.personas import number_profile, word_profile
from analytics.methods.segmentation.rfm import rfm_cells
from analytics.methods.segmentation.scaling import Scaling, fit_scaling
from tests.data import data_file

COLUMNS = ["recency", "frequency", "value"]


def groups(each: int = 120, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Four groups of customers in three columns, one of them skewed as amounts are."""
    random = np.random.default_rng(seed)
    centres = np.array([[10, 2, 3], [10, 12, 6], [80, 2, 6], [80, 12, 3]], dtype=float)
    truth = np.repeat(np.arange(4), each)
    points = centres[truth] + random.normal(size=(len(truth), 3)) * [8, 1.2, 0.3]
    frame = pd.DataFrame(points, columns=COLUMNS)
    frame["value"] = np.exp(frame["value"])
    return frame, truth


def personalities() -> pd.DataFrame:
    """Recency, frequency, value and the answer to the last campaign of 2,240 customers."""
    table = pd.read_csv(
        data_file("customer-personality/marketing_campaign.csv"), sep=None, engine="python"
    )
    bought = [name for name in table if name.startswith("Num") and "Visits" not in name]
    spent = [name for name in table if name.startswith("Mnt")]
    return pd.DataFrame(
        {
            "recency": table["Recency"],
            "frequency": table[bought].sum(axis=1),
            "value": table[spent].sum(axis=1),
            "answered": table["Response"],
        }
    )


def shuffled(frame: pd.DataFrame, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return frame.apply(lambda column: random.permutation(column.to_numpy()))


def test_known_groups_are_found() -> None:
    frame, truth = groups()
    found = fit_segments(frame)
    assert (found.k, found.is_stable) == (4, True)
    assert adjusted_rand_score(truth, found.assign(frame)) > 0.97
    assert found.chosen["silhouette"] > found.chosen["shuffled"] + 0.1


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_columns_are_no_segments(seed: int) -> None:
    frame, _truth = groups()
    assert not fit_segments(shuffled(frame, seed), seed=seed).is_stable


@pytest.mark.parametrize("columns", [1, 4])
def test_noise_is_no_segments(columns: int) -> None:
    noise = np.random.default_rng(2).lognormal(size=(500, columns))
    assert not fit_segments(pd.DataFrame(noise).add_prefix("c")).is_stable


@pytest.mark.acceptance
def test_personalities_over_five_seeds() -> None:
    """Reference: four segments, adjusted Rand index 0.95, answers from 3.5 to 26 %."""
    known = personalities()
    for seed in range(5):
        found = fit_segments(known[COLUMNS], seed=seed)
        labels = found.assign(known)
        rates = known["answered"].groupby(labels).mean()
        print(seed, found.k, found.chosen, rates.round(3).tolist())
        assert found.is_stable
        assert found.k == 4
        assert found.chosen["stability"] >= 0.9
        assert rates.min() < 0.05 < 0.25 < rates.max()
        assert not fit_segments(shuffled(known[COLUMNS], seed), seed=seed).is_stable


@pytest.mark.acceptance
def test_names_stay_when_customers_change_a_little() -> None:
    known = personalities()[COLUMNS]
    random = np.random.default_rng(0)
    before = fit_segments(known)
    later = known.drop(index=random.choice(known.index, 200, replace=False))
    later = later.assign(value=later["value"] * random.normal(1, 0.05, len(later)).clip(0.8))
    after = fit_segments(later, seed=1)
    old = pd.Series(before.assign(known), index=known.index)
    new = pd.Series(after.assign(later), index=later.index)
    matched = match_segments(old, new)
    assert sorted(each for each in matched.values() if each is not None) == [0, 1, 2, 3]
    same = new.map(matched) == old.loc[new.index]
    print("kept", same.mean())
    assert same.mean() > 0.9


def test_order_of_rows_and_copies_do_not_matter() -> None:
    frame, _truth = groups(60)
    found = fit_segments(frame)
    rows = np.random.default_rng(0).permutation(len(frame))
    again = fit_segments(frame.iloc[rows])
    assert again.centres == pytest.approx(found.centres)
    stored = Segmentation.from_dict(json.loads(json.dumps(found.to_dict())))
    assert stored.assign(frame).tolist() == found.assign(frame).tolist()
    assert stored.chosen == found.chosen


def test_cells_that_say_nothing_and_columns_that_say_the_same() -> None:
    frame, truth = groups(60)
    frame.loc[::17, "frequency"] = np.nan
    frame["same"], frame["empty"] = 3.0, ""
    found = fit_segments(frame)
    assert found.scaling.names == tuple(COLUMNS)
    assert found.scaling.left_out == ("same", "empty")
    assert adjusted_rand_score(truth, found.assign(frame)) > 0.85


def test_one_huge_value_is_no_segment() -> None:
    frame, _truth = groups()
    frame.loc[3, "value"] = 1e9
    found = fit_segments(frame)
    assert found.is_stable
    assert np.bincount(found.assign(frame)).min() > 50


def test_too_little_to_tell() -> None:
    frame, _truth = groups(20)
    with pytest.raises(InsufficientData, match="few_rows"):
        fit_segments(frame)
    with pytest.raises(InsufficientData, match="no_usable_field"):
        fit_segments(pd.DataFrame({"same": np.ones(200)}))
    with pytest.raises(InvalidData):
        fit_segments(groups()[0], most=1)
    with pytest.raises(InvalidData, match="no column"):
        fit_segments(groups()[0]).assign(pd.DataFrame({"recency": [1.0]}))


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=40).filter(
        lambda values: np.ptp(np.round(values, 3)) > 0.01
    )
)
@settings(max_examples=60)
def test_scaling_keeps_order_and_leads_back(values: list[float]) -> None:
    frame = pd.DataFrame({"a": values})
    scaling = fit_scaling(frame)
    scaled = scaling.transform(frame)
    order = np.argsort(values, kind="stable")
    assert (np.diff(scaled[order, 0]) >= -1e-9).all()
    inside = np.abs(scaled[:, 0]) < 3.9
    back = scaling.raw(scaled)[inside, 0]
    spread = np.ptp(values)
    assert back == pytest.approx(np.array(values)[inside], rel=1e-3, abs=1e-3 * spread)
    assert Scaling.from_dict(json.loads(json.dumps(scaling.to_dict()))).transform(
        frame
    ) == pytest.approx(scaled)


def test_matching_finds_new_and_gone_segments() -> None:
    people = [f"p{number}" for number in range(90)]
    before = pd.Series(np.repeat([0, 1, 2], 30), index=people)
    after = before.replace({0: 5, 1: 3, 2: 4})
    assert match_segments(before, after) == {3: 1, 4: 2, 5: 0}
    split = after.where(after.index < "p75", 9).where(after != 4, 4)
    assert match_segments(before, split)[4] == 2
    strangers = pd.Series([7, 8], index=["x", "y"])
    assert match_segments(before, strangers) == {7: None, 8: None}


def test_newcomers_go_where_they_belong_and_say_how_sure() -> None:
    frame, _truth = groups(200)
    found = fit_segments(frame)
    points, labels = found.scaling.transform(frame), found.assign(frame)
    assigner = fit_assigner(points, labels)
    new, _truth = groups(200, seed=9)
    known = found.assign(new)
    said, sure = assigner.assign(found.scaling.transform(new))
    assert (said == known).mean() > 0.97
    stored = SegmentAssigner.from_dict(json.loads(json.dumps(assigner.to_dict())))
    assert stored.assign(points)[1] == pytest.approx(assigner.assign(points)[1])
    between = points[labels == 0].mean(axis=0) / 2 + points[labels == 1].mean(axis=0) / 2
    assert assigner.assign(between[None, :])[1][0] < np.median(sure)


def test_chances_of_newcomers_are_calibrated_where_segments_overlap() -> None:
    random = np.random.default_rng(3)
    labels = np.repeat([0, 1, 2], 700)
    points = np.array([[0, 0], [2, 0], [1, 1.7]])[labels] + random.normal(size=(2100, 2)) * 0.8
    assigner = fit_assigner(points, labels)
    again = np.array([[0, 0], [2, 0], [1, 1.7]])[labels] + random.normal(size=(2100, 2)) * 0.8
    said, sure = assigner.assign(again)
    assert (said == labels).mean() == pytest.approx(sure.mean(), abs=0.04)


def test_newcomers_need_segments() -> None:
    with pytest.raises(InsufficientData, match="one_class"):
        fit_assigner(np.ones((20, 2)), [1] * 20)
    with pytest.raises(InsufficientData, match="few_rows"):
        fit_assigner(np.ones((20, 2)), [1] * 17 + [2] * 3)
    with pytest.raises(InsufficientData, match="empty"):
        fit_assigner(np.ones((0, 2)), [])


def test_persona_names_what_sets_it_apart() -> None:
    frame, truth = groups()
    table = number_profile(frame, truth)
    first = table[table["segment"] == 3].iloc[0]
    assert first["field"] == "frequency" or first["field"] == "recency"
    assert first["difference"] > 1
    second = table[(table["segment"] == 0) & (table["field"] == "frequency")].iloc[0]
    assert second["difference"] < -1
    assert second["rest"] > second["mean"]
    country = np.where(truth == 2, "CN", np.where(np.arange(480) % 3 == 0, "DE", "FR"))
    words = word_profile(pd.DataFrame({"country": country}), truth)
    best = words[words["segment"] == 2].iloc[0]
    assert (best["word"], best["share"], best["rest"]) == ("CN", 1.0, 0.0)
    with pytest.raises(InvalidData):
        number_profile(frame, truth[:5])


def test_fifths_by_hand() -> None:
    since, often, worth = [1, 2, 40, 41, 90], [9, 1, 8, 1, 1], [90, 5, 80, 6, 4]
    found = rfm_cells(since, often, worth)
    assert found["recency"].tolist() == [5, 4, 3, 2, 1]
    assert found["frequency"].tolist() == [5, 2, 4, 2, 2]
    assert found["value"].tolist() == [5, 2, 4, 3, 1]
    assert found["cell"].tolist() == ["champions", "promising", "loyal", "at_risk", "lost"]


def test_every_cell_has_a_name() -> None:
    fifth = np.arange(1, 6)
    since, often, worth = (axis.ravel() for axis in np.meshgrid(-fifth, fifth, fifth))
    found = rfm_cells(since, often, worth)
    assert (found["cell"] != "").all()
    assert found["cell"].nunique() == 9
    with pytest.raises(InvalidData):
        rfm_cells([1.0], [np.nan], [1.0])
    with pytest.raises(InvalidData):
        rfm_cells([1.0, 2.0], [1.0], [1.0])
