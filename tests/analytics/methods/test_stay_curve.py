"""Kaplan-Meier against published values, and what is left of a stay."""

import numpy as np
import pytest

from analytics.methods.closing_history import LEAST_STAGE, ClosingHistory, Stays
from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.stay_curve import StayCurve

# Remission of leukaemia under 6-MP, weeks (Freireich et al. 1963; Cox 1972), 0 where still in remission.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PUBLISHED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def test_curve_is_the_published_one() -> None:
    curve = StayCurve.fit(WEEKS, ENDED)
    assert dict(zip(curve.times.tolist(), curve.shares.round(3).tolist(), strict=True)) == PUBLISHED
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.left([0.0], 0.5).tolist() == [23.0], "the published median"


def test_what_the_curve_does_not_reach_is_unknown() -> None:
    curve = StayCurve.fit(WEEKS, ENDED)
    assert np.isnan(curve.left([0.0], 0.9)).all()
    assert curve.known([24.0]).tolist() == [0.0]


def test_memoryless_stays_have_the_same_left_at_every_age() -> None:
    stays = np.random.default_rng(3).exponential(30, 40_000)
    curve = StayCurve.fit(stays, np.ones(len(stays)))
    left = curve.left([0.0, 20.0, 60.0], 0.5)
    assert left == pytest.approx(np.full(3, 30 * np.log(2)), rel=0.08)
    within = curve.ends_within([0.0, 40.0], [10.0, 10.0])
    assert within == pytest.approx(np.full(2, 1 - np.exp(-1 / 3)), abs=0.02)


@pytest.mark.parametrize("code", ["unequal_lengths", "out_of_bounds"])
def test_bad_stays_are_named(code: str) -> None:
    stays = [1.0] if code == "unequal_lengths" else [-1.0, 2.0]
    with pytest.raises(InvalidData) as refused:
        StayCurve.fit(stays, [1, 1])
    assert refused.value.code == code
    with pytest.raises(InsufficientData):
        StayCurve.fit([1.0, 2.0], [0, 0])


def test_stage_with_few_closed_deals_has_the_share_and_times_of_all() -> None:
    few = LEAST_STAGE - 1
    stages = np.r_[np.zeros(100, int), np.full(few, 7), np.full(60, 8)]
    days = np.arange(len(stages), dtype=float)
    is_won = np.r_[np.arange(100) < 40, np.ones(few, bool), np.arange(60) < 15]
    history = ClosingHistory.fit(Stays(stages, days, np.ones(len(stages), bool), is_won), {})
    rate, low, high = history.base_rates([7, 8])
    assert rate.tolist() == [0.4, 0.25]
    assert (low < rate).all()
    assert (rate < high).all()
    assert ClosingHistory.from_dict(history.to_dict()).base_rates([8])[0].tolist() == [0.25]
