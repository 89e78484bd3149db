"""Periods, gaps, duplicates, and forecasts that add up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.errors import InsufficientData, InvalidData
from analytics.methods.forecasting.periods import number_periods, periods_of
from analytics.methods.forecasting.reconciling import Hierarchy, reconcile
from analytics.methods.forecasting.series import clean_series

YEAR = pd.date_range("2023-01-01", "2023-12-31")
DATES = {
    "months": (pd.date_range("2023-01-01", periods=14, freq="MS"), range(14)),
    "ends of months": (pd.date_range("2023-01-31", periods=14, freq="ME"), range(14)),
    "quarters": (pd.date_range("2023-01-01", periods=6, freq="QS"), range(6)),
    "years": (pd.date_range("2000-01-01", periods=6, freq="YS"), range(6)),
    "weeks": (pd.date_range("2023-01-02", periods=60, freq="W"), range(60)),
    "days": (YEAR, range(365)),
    "working days": (YEAR[YEAR.day_of_week < 5], range(260)),
    "hours": (pd.date_range("2023-01-01", periods=50, freq="h"), range(50)),
}


def seconds(dates: pd.DatetimeIndex) -> np.ndarray:
    return dates.to_numpy().astype("datetime64[s]").astype(float)


@pytest.mark.parametrize("name", list(DATES))
def test_periods_of_dates(name):
    dates, expected = DATES[name]
    assert number_periods(seconds(dates), is_date=True).tolist() == list(expected)


@pytest.mark.parametrize("name", list(DATES))
def test_gaps_are_seen(name):
    dates, expected = DATES[name]
    kept = [number for number in expected if number not in (3, 4)]
    found = number_periods(seconds(dates)[kept], is_date=True)
    assert found.tolist() == kept


@pytest.mark.parametrize("name", list(DATES))
def test_periods_lead_back_to_their_dates_and_on(name):
    dates, _expected = DATES[name]
    known = seconds(dates)[:-3]
    grid = periods_of(np.delete(known, [2]), is_date=True)
    np.testing.assert_array_equal(grid.moments(np.arange(len(dates))), seconds(dates))


@pytest.mark.parametrize(
    ("name", "season"),
    {
        "months": 12,
        "quarters": 4,
        "years": 1,
        "weeks": 52,
        "days": 7,
        "working days": 5,
        "hours": 24,
    }.items(),
)
def test_season_is_the_calendars(name, season):
    assert periods_of(seconds(DATES[name][0]), is_date=True).season == season


def test_whole_numbers_and_years():
    assert number_periods([2001, 2002, 2004], is_date=False).tolist() == [0, 1, 3]
    assert number_periods([5], is_date=False).tolist() == [0]
    with pytest.raises(InsufficientData):
        number_periods([], is_date=False)


VALUES = st.lists(
    st.tuples(st.integers(0, 9), st.floats(-100, 100).map(lambda x: round(x, 3))),
    min_size=8,
    max_size=30,
)


@given(VALUES, st.randoms())
def test_order_of_rows_does_not_matter(rows, chance):
    def cleaned(given_rows):
        try:
            return clean_series(*zip(*given_rows, strict=True))
        except InvalidData as error:
            return error.code

    before = cleaned(rows)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    after = cleaned(shuffled)
    if isinstance(before, str):
        assert before == after == "uneven_times"
        return
    np.testing.assert_array_equal(before.values, after.values)
    at = pd.Series(dict(rows)).index
    assert len(before.values) == at.max() - at.min() + 1
    means = pd.DataFrame(rows).groupby(0)[1].mean()
    np.testing.assert_allclose(np.take(before.values, means.index - at.min()), means)


def test_what_was_done_is_counted():
    found = clean_series([0, 1, 1, 3, 4, 5, 9], [1, 2, 4, 5, np.nan, np.inf, np.nan])
    np.testing.assert_array_equal(found.values, [1, 3, 4, 5])
    assert (found.first, found.last) == (0, 3)
    assert (found.filled, found.merged, found.ignored) == (1, 1, 3)


@pytest.mark.parametrize(
    ("periods", "values", "error", "code"),
    [
        ([0, 1], [np.nan, np.nan], InsufficientData, "empty"),
        ([0, 1], [1.0], InvalidData, "unequal_lengths"),
        ([0, 1, 90], [1.0, 2.0, 3.0], InvalidData, "uneven_times"),
    ],
)
def test_what_is_no_series_is_refused(periods, values, error, code):
    with pytest.raises(error) as caught:
        clean_series(periods, values)
    assert caught.value.code == code


PARTS = pd.DataFrame(
    {
        "team": ["north", "north", "south", "south", None],
        "product": ["a", "b", "a", "b", "a"],
    },
    index=["p1", "p2", "p3", "p4", "p5"],
)
HIERARCHY = Hierarchy.of(PARTS)
ROWS = len(HIERARCHY.names)


@given(
    st.lists(st.floats(0, 1e4), min_size=2 * ROWS, max_size=2 * ROWS),
    st.lists(st.floats(0.1, 100), min_size=ROWS, max_size=ROWS),
)
def test_parts_add_up_to_wholes(said, spreads):
    found = reconcile(HIERARCHY.sums, np.reshape(said, (ROWS, 2)), spreads)
    rows = pd.DataFrame(found, index=pd.MultiIndex.from_tuples(HIERARCHY.names))
    parts = rows.loc["part"]
    total = parts.sum().to_numpy()
    np.testing.assert_allclose(rows.loc[("total", "")], total, rtol=1e-9, atol=1e-6)
    for column in PARTS:
        np.testing.assert_allclose(rows.loc[column].sum(), total, rtol=1e-9, atol=1e-6)
    north = parts.loc[["p1", "p2"]].sum()
    np.testing.assert_allclose(rows.loc[("team", "north")], north, rtol=1e-9, atol=1e-6)
    assert (found >= 0).all()


@given(st.lists(st.floats(0, 1e4), min_size=5, max_size=5))
def test_forecasts_that_add_up_stay(parts):
    said = HIERARCHY.sums @ np.array(parts)[:, None]
    found = reconcile(HIERARCHY.sums, said, np.linspace(1, 5, ROWS))
    np.testing.assert_allclose(found, said, rtol=1e-6, atol=1e-5)


def test_surer_forecasts_move_less():
    sums = np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    found = reconcile(sums, [[12.0], [4.0], [5.0]], [0.0, 1.0, 2.0]).ravel()
    np.testing.assert_allclose(found, [12.0, 4.6, 7.4], atol=1e-3)


def test_hierarchy_refuses_what_is_none():
    with pytest.raises(InsufficientData):
        Hierarchy.of(PARTS.head(0))
    with pytest.raises(InvalidData):
        Hierarchy.of(PARTS.iloc[[0, 0]])
    with pytest.raises(InvalidData):
        reconcile(HIERARCHY.sums, np.ones((2, 2)), np.ones(ROWS))
    with pytest.raises(InvalidData):
        reconcile(HIERARCHY.sums, np.full((ROWS, 2), np.nan), np.ones(ROWS))
