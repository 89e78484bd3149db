"""Counting what happened before moments, against counting by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.errors import InvalidData
from analytics.methods.event_counts import EventTimes

PAIRS = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 50)), max_size=30)


@given(PAIRS, PAIRS.filter(bool), st.integers(1, 60))
def test_counts_are_those_of_counting_by_hand(events, asked, width):
    found = EventTimes([who for who, _at in events], [at for _who, at in events])
    owners, moments = zip(*asked, strict=True)
    before = [[t for w, t in events if w == who and t <= at] for who, at in asked]
    assert found.before(owners, moments).tolist() == [len(times) for times in before]
    assert found.within(owners, moments, width).tolist() == [
        sum(at - width < t for t in times) for times, at in zip(before, moments, strict=True)
    ]
    last = [at - max(times) if times else np.nan for times, at in zip(before, moments, strict=True)]
    np.testing.assert_array_equal(found.since_last(owners, moments), last)


def test_nothing_happened():
    assert EventTimes([], []).before([1, 2], [5, 6]).tolist() == [0, 0]
    assert np.isnan(EventTimes([], []).since_last([1], [5])).all()
    assert EventTimes([1], [5]).within([], [], 3).tolist() == []


def test_lengths_have_to_agree():
    with pytest.raises(InvalidData):
        EventTimes([1, 2], [5])
