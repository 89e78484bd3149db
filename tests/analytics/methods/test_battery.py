"""Every method against the shared battery, and every method in it."""

import importlib
import pkgutil

import numpy as np
import pandas as pd
import pytest

import analytics.methods
from analytics.methods.errors import InsufficientData

from .battery import CASES, EXEMPT
from .data import made_up_leads


@pytest.fixture(params=CASES, ids=list(CASES))
def case(request):
    return CASES[request.param]


def test_battery_misses_no_public_name():
    public = set()
    for module in pkgutil.walk_packages(analytics.methods.__path__, "analytics.methods."):
        public |= set(importlib.import_module(module.name).__all__)
    covered = {name for case in CASES.values() for name in case.covers}
    assert public - covered - set(EXEMPT) == set(), "needs a case in battery.py"
    assert (covered | set(EXEMPT)) - public == set(), "named in battery.py but gone"
    assert covered & set(EXEMPT) == set()


def test_method_refuses_or_stands_empty_input(case):
    frame, won = made_up_leads(20)
    if case.refuses_empty:
        with pytest.raises(InsufficientData) as caught:
            case.run(frame.head(0), won.head(0), 0)
        assert caught.value.code == "empty"
        assert caught.value.found == 0
    else:
        case.run(frame.head(0), won.head(0), 0)


def test_method_gives_the_same_answer_twice(case):
    frame, won = made_up_leads()
    pd.testing.assert_frame_equal(
        case.run(frame, won, 3), case.run(frame, won, 3), check_exact=True
    )


def test_method_does_not_hang_on_the_order_of_rows(case):
    frame, won = made_up_leads()
    rows = np.random.default_rng(1).permutation(len(frame))
    before, after = case.run(frame, won, 3), case.run(frame.iloc[rows], won.iloc[rows], 3)
    if case.keeps_ids:
        before, after = before.sort_index(), after.sort_index()
    pd.testing.assert_frame_equal(before, after, rtol=1e-9)


def test_method_leaves_its_input_alone(case):
    frame, won = made_up_leads()
    frame_before, won_before = frame.copy(deep=True), won.copy(deep=True)
    case.run(frame, won, 3)
    pd.testing.assert_frame_equal(frame, frame_before, check_exact=True)
    pd.testing.assert_series_equal(won, won_before, check_exact=True)


def test_method_keeps_ids(case):
    if not case.keeps_ids:
        pytest.skip("aggregates rows")
    frame, won = made_up_leads()
    found = case.run(frame, won, 3).index
    assert found.is_unique
    assert set(found) == set(frame.index)


def test_method_keeps_its_bounds(case):
    frame, won = made_up_leads()
    found = case.run(frame, won, 3)
    for column, (low, high) in case.bounds.items():
        assert found[column].between(low, high).all(), column
