import numpy as np
import pandas as pd
import pytest

from analytics.methods.features import Feature
from analytics.methods.leak_words import name_hint
from analytics.methods.leakage import weigh_leaks
from tests.data import LATE_FIELDS

from .data import FEATURES, made_up_leads, usable, x_education


def evidence(column, name="field", kind="category"):
    frame, won = made_up_leads()
    return weigh_leaks(frame.assign(**{name: column(won)}), won, [Feature(name, kind)])[0]


def test_honest_fields_are_not_suspected():
    found = weigh_leaks(*made_up_leads(), FEATURES)
    assert {one.severity for one in found} == {""}


def test_a_copy_of_the_outcome_is_a_strong_suspect():
    found = evidence(lambda won: won.map({0: "x", 1: "y"}))
    assert found.severity == "strong"
    assert {"separates_alone", "one_class_levels"} <= set(found.reasons)
    assert found.auc == 1


def test_a_field_filled_after_winning_is_suspected():
    found = evidence(
        lambda won: np.where((won == 1) & (np.arange(len(won)) % 2 == 0), "thanks", "")
    )
    assert "fill_gap" in found.reasons
    assert found.fill_gap == pytest.approx(0.5, abs=0.1)


def test_noise_under_a_telling_name_is_a_weak_suspect():
    found = evidence(lambda won: np.resize(["a", "b"], len(won)), name="lead_status")
    assert (found.severity, found.reasons) == ("weak", ("outcome_name",))


def test_values_that_speak_of_an_outcome_are_a_weak_suspect():
    found = evidence(lambda won: np.resize(["已成交", "b", "c", "d"], len(won)))
    assert (found.severity, found.reasons) == ("weak", ("outcome_values",))


def test_a_pure_level_is_no_suspect_where_chance_allows_it():
    frame, _ = made_up_leads(1000)
    won = pd.Series(np.resize([1] + [0] * 14, 1000), index=frame.index)
    column = np.where(np.arange(1000) // 15 == 3, "b", "a")
    column[won == 1] = "a"
    found = weigh_leaks(frame.assign(x=column), won, [Feature("x", "category")])[0]
    assert found.one_class_share == 0


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Lead Quality", "outcome"),
        ("tags", "outcome"),
        ("leadScore", "outcome"),
        ("Asymmetrique Profile Index", "outcome"),
        ("客户状态", "outcome"),
        ("线索质量", "outcome"),
        ("成交金额", "outcome"),
        ("Last Notable Activity", "moving"),
        ("最近跟进", "moving"),
        ("Stagecoach", ""),
        ("City", ""),
        ("来源", ""),
    ],
)
def test_name_hint(name, hint):
    assert name_hint(name) == hint


def test_guard_finds_the_late_fields_of_x_education():
    frame, won = x_education()
    found = {
        one.name: one.severity
        for one in weigh_leaks(frame, won, usable(frame), missing_values=["Select"])
    }
    assert [name for name in LATE_FIELDS if not found[name]] == []
    assert found["Tags"] == found["Lead Quality"] == "strong"
    honest = [
        name for name, severity in found.items() if severity == "strong" and name not in LATE_FIELDS
    ]
    assert len(honest) <= 1
