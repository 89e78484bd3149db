"""Several moments of one lead are not several leads: neither luck nor certainty grows with them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.candidates import fit_candidates
from analytics.methods.chance import permute_outcomes
from analytics.methods.choosing import choose_simplest
from analytics.methods.errors import InvalidData
from analytics.methods.features import Feature
from analytics.methods.folds import stratified_folds, time_ordered_folds
from analytics.methods.intervals import auc_interval

pytestmark = pytest.mark.embedded


@given(st.integers(0, 10_000), st.integers(20, 80), st.integers(2, 6))
def test_rows_said_several_times_make_no_figure_surer(seed: int, rows: int, times: int) -> None:
    chance = np.random.default_rng(seed)
    outcomes = np.resize([0.0, 1.0, 0.0], rows)
    scores = chance.normal(outcomes, 1)
    again = np.repeat(np.arange(rows), times)
    once = auc_interval(outcomes, scores)
    often = auc_interval(outcomes[again], scores[again], clusters=again)
    assert often.auc == pytest.approx(once.auc)
    assert often.variance == pytest.approx(once.variance)
    logits = np.stack([np.zeros(rows), scores])
    rowwise = choose_simplest(logits[:, again], outcomes[again])
    clustered = choose_simplest(logits[:, again], outcomes[again], again)
    assert clustered.standard_error == pytest.approx(rowwise.standard_error * times**0.5)


def test_one_cluster_of_a_class_tells_nothing_of_the_spread() -> None:
    found = auc_interval([1, 1, 0, 0], [0.9, 0.3, 0.2, 0.4], clusters=["a", "a", "b", "c"])
    assert (found.lower, found.upper) == (0, 1)


def moments(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Design, outcomes and leads of six moments each, which the fields tell nothing about.

    Fields and outcome stay the same over the life of a lead.
    """
    chance = np.random.default_rng(seed)
    leads = np.repeat(np.arange(150), 6)
    design = chance.normal(size=(150, 8))[leads]
    outcomes = (chance.random(150) < 0.3).astype(float)[leads]
    return design, outcomes, leads


def test_what_stays_the_same_for_a_lead_is_no_signal() -> None:
    alone, together = [], []
    for seed in range(20):
        design, outcomes, leads = moments(seed)
        parts = time_ordered_folds(outcomes, 5)
        alone.append(permute_outcomes(design, outcomes, parts, seed).p_value)
        together.append(permute_outcomes(design, outcomes, parts, seed, leads).p_value)
    # At 5 %, of 20 one is expected by chance; four or more come in 2 % of all cases.
    assert sum(p <= 0.05 for p in together) <= 3
    assert sum(p <= 0.05 for p in alone) > 3


def test_a_signal_between_leads_is_still_told() -> None:
    chance = np.random.default_rng(1)
    leads = np.repeat(np.arange(300), 4)
    field = chance.normal(size=300)
    outcomes = (chance.random(300) < 1 / (1 + np.exp(-field))).astype(float)[leads]
    parts = time_ordered_folds(outcomes, 5)
    found = permute_outcomes(field[leads].reshape(-1, 1), outcomes, parts, 0, leads)
    assert found.p_value == 1 / 200


@given(st.integers(0, 1_000))
def test_a_lead_stands_on_one_side_of_every_fold(seed: int) -> None:
    leads = np.repeat(np.arange(60), 3)
    outcomes = np.random.default_rng(seed).permutation(np.resize([0, 1], 60))[leads]
    for train, test in stratified_folds(outcomes, 5, seed, leads):
        assert not set(leads[train]) & set(leads[test])


def test_candidates_need_a_cluster_for_every_row() -> None:
    frame = pd.DataFrame({"source": ["web", "fair"] * 150})
    with pytest.raises(InvalidData, match="clusters for 300 rows"):
        fit_candidates(
            frame,
            [0, 1] * 150,
            [Feature("source", "category")],
            algorithms=["logistic_regression"],
            clusters=[1, 2],
        )
