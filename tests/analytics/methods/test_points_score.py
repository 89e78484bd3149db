"""Points: monotone, capped, halved at the half-life, and adding up exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.errors import InvalidData
from analytics.methods.points_score import (
    PointsLimits,
    counted_points,
    grid_scores,
    whole_points,
)

POINTS = st.integers(-100, 100)
AGES = st.lists(st.floats(0, 2000), max_size=30)
HALF_LIVES = st.one_of(st.none(), st.floats(0.5, 400))
LIMITS = st.builds(
    lambda fit, engagement, total, letters, digits: PointsLimits(
        fit, engagement, total, _cells(letters, fit), _cells(digits, engagement)
    ),
    st.integers(3, 100),
    st.integers(3, 100),
    st.integers(1, 100),
    st.sets(st.integers(0, 10_000), min_size=3, max_size=3),
    st.sets(st.integers(0, 10_000), min_size=3, max_size=3),
)


def _cells(drawn, most):
    """Three falling beginnings of cells within a limit."""
    third = 1 + min(drawn) % (most - 2)
    second = third + 1 + sorted(drawn)[1] % (most - third - 1)
    first = second + 1 + max(drawn) % (most - second)
    return first, second, third


@st.composite
def tables(draw):
    columns = draw(st.integers(0, 8))
    rows = draw(st.integers(0, 6))
    cells = st.lists(POINTS, min_size=columns, max_size=columns)
    table = draw(st.lists(cells, min_size=rows, max_size=rows))
    groups = draw(st.lists(st.booleans(), min_size=columns, max_size=columns))
    return np.array(table, dtype=np.int64).reshape(rows, columns), groups


@given(tables(), LIMITS)
def test_lines_add_up_to_the_score_exactly(table, limits):
    points, is_fit = table
    found = grid_scores(points, is_fit, limits)
    cuts = found.fit_cut + found.engagement_cut + found.total_cut
    assert (points.sum(axis=1) + cuts == found.total).all()


@given(tables(), LIMITS)
def test_limits_hold(table, limits):
    found = grid_scores(*table, limits)
    for values, most in (
        (found.fit, limits.fit),
        (found.engagement, limits.engagement),
        (found.total, limits.total),
    ):
        assert ((values >= 0) & (values <= most)).all()


@given(tables(), LIMITS, st.data())
def test_more_points_never_lower_the_score_or_the_cell(table, limits, data):
    points, is_fit = table
    if not points.size:
        return
    rule = data.draw(st.integers(0, points.shape[1] - 1))
    more = points.copy()
    more[:, rule] += data.draw(st.integers(0, 50))
    before, after = grid_scores(points, is_fit, limits), grid_scores(more, is_fit, limits)
    assert (after.total >= before.total).all()
    assert all(
        new[0] <= old[0] and new[1] <= old[1]
        for old, new in zip(before.cells, after.cells, strict=True)
    ), "A is before B and 1 before 2"


@given(AGES, st.floats(-50, 50), st.floats(0.5, 400))
def test_decay_halves_at_its_half_life(ages, points, half_life):
    rows = [0] * len(ages)
    later = [age + half_life for age in ages]
    now = counted_points(rows, ages, 1, points=points, half_life=half_life)
    then = counted_points(rows, later, 1, points=points, half_life=half_life)
    assert then == pytest.approx(now / 2, rel=1e-9, abs=1e-12)


@given(AGES, st.integers(0, 50), HALF_LIVES, st.integers(0, 12), st.integers(0, 60))
def test_limits_of_counting_hold(ages, points, half_life, most_times, most_points):
    rows = [0] * len(ages)
    how = {"points": points, "half_life": half_life}
    free = counted_points(rows, ages, 1, **how)[0]
    few = counted_points(rows, ages, 1, **how, most_times=most_times)[0]
    capped = counted_points(rows, ages, 1, **how, most_points=most_points)[0]
    newest = counted_points(
        rows[:most_times], sorted(ages)[:most_times], 1, points=points, half_life=half_life
    )[0]
    assert few == pytest.approx(newest)
    assert few <= min(free, most_times * points) + 1e-9
    assert capped == min(free, most_points)


@given(AGES, st.integers(0, 50), HALF_LIVES)
def test_negative_points_mirror_positive_ones(ages, points, half_life):
    rows = [0] * len(ages)
    up = counted_points(rows, ages, 1, points=points, half_life=half_life, most_points=30)
    down = counted_points(rows, ages, 1, points=-points, half_life=half_life, most_points=30)
    assert (whole_points(up) == -whole_points(down)).all()


def test_rows_do_not_mix_and_the_order_of_events_does_not_matter():
    rows, ages = [1, 0, 1, 0, 1], [3.0, 1.0, 1.0, 40.0, 2.0]
    how = {"points": 4.0, "half_life": 10.0, "most_times": 2}
    both = counted_points(rows, ages, 3, **how)
    turned = counted_points(rows[::-1], ages[::-1], 3, **how)
    assert (both == turned).all()
    alone = counted_points([0, 0, 0], [3.0, 1.0, 2.0], 1, **how)
    assert both[1] == alone[0]
    assert both[2] == 0


def test_what_has_not_happened_yet_does_not_count():
    assert counted_points([0, 0], [-1.0, 0.0], 1, points=5)[0] == 5


def test_cells_begin_where_the_limits_say():
    limits = PointsLimits(letters=(38, 25, 13), digits=(30, 20, 10))
    points = [[38, 30], [37, 29], [25, 20], [24, 19], [13, 10], [12, 9], [0, 0]]
    found = grid_scores(points, [True, False], limits)
    assert found.cells.tolist() == ["A1", "B2", "B2", "C3", "C3", "D4", "D4"]


def test_no_rules_are_no_points():
    found = grid_scores(np.zeros((2, 0)), [], PointsLimits())
    assert found.total.tolist() == [0, 0]
    assert found.cells.tolist() == ["D4", "D4"]


@pytest.mark.parametrize(
    "limits",
    [
        {"fit": 101},
        {"total": 0},
        {"letters": (20, 20, 10)},
        {"letters": (60, 20, 10)},
        {"digits": (20, 10, 0)},
    ],
)
def test_limits_that_make_no_sense_are_refused(limits):
    with pytest.raises(InvalidData) as caught:
        PointsLimits(**limits)
    assert caught.value.code == "bad_parameter"


@pytest.mark.parametrize(
    ("rows", "ages", "how", "code"),
    [
        ([0], [], {}, "unequal_lengths"),
        ([0], [1.0], {"half_life": 0}, "bad_parameter"),
        ([0], [1.0], {"most_times": -1}, "bad_parameter"),
        ([0], [1.0], {"most_points": -1}, "bad_parameter"),
        ([2], [1.0], {}, "out_of_bounds"),
        ([-1], [1.0], {}, "out_of_bounds"),
    ],
)
def test_counting_refuses_what_makes_no_sense(rows, ages, how, code):
    with pytest.raises(InvalidData) as caught:
        counted_points(rows, ages, 2, points=1, **how)
    assert caught.value.code == code


def test_each_rule_needs_its_group():
    with pytest.raises(InvalidData) as caught:
        grid_scores([[1, 2]], [True], PointsLimits())
    assert caught.value.code == "unequal_lengths"
