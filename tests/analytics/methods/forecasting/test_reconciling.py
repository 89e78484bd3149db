"""Parts that add up: against what the theory of the smallest movement demands."""

import numpy as np
import pytest

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.reconciling import parts_of_total, reconcile

CASES = range(40)


@pytest.mark.parametrize("seed", CASES)
def test_parts_lie_nearest_to_what_was_said(seed):
    chance = np.random.default_rng(seed)
    parts = chance.gamma(0.5, 2, size=(1 + seed % 6, 3))
    spreads, total = chance.gamma(1, 1, size=len(parts)), chance.gamma(1, 3, size=3)
    found = parts_of_total(total, parts, spreads)
    assert found.sum(axis=0) == pytest.approx(total)
    assert found.min() >= 0
    variance = np.maximum(spreads / spreads.max(), 1e-4) ** 2
    for moved, left in zip(((found - parts) / variance[:, None]).T, found.T, strict=True):
        level = moved[left > 1e-9]
        assert np.ptp(level) < 1e-6 * max(1, np.abs(level).max()), "each by its variance"
        assert (moved[left <= 1e-9] >= level.min() - 1e-6).all(), "only what would be below 0 stays"


def test_a_total_without_doubt_is_what_the_reconciliation_of_all_does():
    parts, spreads = np.array([[14.0], [5.0], [30.0]]), [2.0, 1.0, 4.0]
    sums = np.vstack([np.ones(3), np.eye(3)])
    whole = reconcile(sums, np.vstack([[60.0], parts]), [1e-6, *spreads])
    assert parts_of_total([60.0], parts, spreads) == pytest.approx(whole[1:], rel=1e-3)


def test_values_below_0_are_moved_freely():
    assert parts_of_total([-3.0], [[-1.0], [4.0]], [1.0, 1.0]).ravel().tolist() == [-4.0, 1.0]


def test_nonsense_is_refused():
    with pytest.raises(InsufficientData):
        parts_of_total([1.0], np.empty((0, 1)), [])
    for total, parts, spreads in (
        ([1.0], [[1.0, 2.0]], [1.0]),
        ([np.nan], [[1.0]], [1.0]),
        ([1.0], [[1.0]], [-1.0]),
    ):
        with pytest.raises(InvalidData):
            parts_of_total(total, parts, spreads)
