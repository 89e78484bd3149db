"""The quarter by the time series of bookings, against bookings whose course is known."""

import numpy as np
import pytest

from analytics.jobs.quarter_series import WEEK, series_view

START = 200 * WEEK
END = START + 13 * WEEK


def steady(weeks: int, per_week: float) -> tuple[np.ndarray, np.ndarray]:
    """Two deals a week until the end of the quarter."""
    closed = np.arange(END - weeks * WEEK, END, WEEK // 2)
    return closed, np.full(len(closed), per_week / 2)


@pytest.mark.parametrize("passed", [0.0, 4.5, 12.9, 13.0])
def test_steady_bookings_go_on(passed: float) -> None:
    closed, worth = steady(120, 10.0)
    at = START + int(passed * WEEK) - 1
    said = series_view(closed, worth, start=START, at=at, end=END)
    assert said == pytest.approx(130.0, rel=0.05)


def test_nothing_later_is_known() -> None:
    closed, worth = steady(60, 10.0)
    at = START + 5 * WEEK
    changed = np.where(closed > at, worth * 9, worth)
    kept = closed <= at
    said = series_view(closed, worth, start=START, at=at, end=END)
    assert said == series_view(closed, changed, start=START, at=at, end=END)
    assert said == series_view(closed[kept], worth[kept], start=START, at=at, end=END)


def test_before_anything_was_won_nothing_is_said() -> None:
    closed, worth = steady(2, 10.0)
    assert series_view(closed, worth, start=START, at=START, end=END) is None


def test_few_weeks_say_their_mean() -> None:
    closed, worth = steady(15, 8.0)
    said = series_view(closed, worth, start=START, at=START + WEEK, end=END)
    assert said == pytest.approx(8.0 * 13, rel=0.25)
