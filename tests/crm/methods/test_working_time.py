"""Working time against a walk minute by minute, and back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from crm.methods.working_time import MINUTE, WorkingWeek, moment_before, working_time

BERLIN = ZoneInfo("Europe/Berlin")
HOLIDAY = date(2026, 3, 30)
WEEK = WorkingWeek(frozenset(range(5)), time(9), time(17), BERLIN, lambda day: day == HOLIDAY)
# A stretch with a weekend, a holiday and the night in which the clocks go on.
BEGIN = datetime(2026, 3, 26, tzinfo=UTC)
MINUTES = st.integers(0, 8 * 24 * 60)


def by_walking(start: datetime, end: datetime) -> timedelta:
    total, moment = timedelta(), start
    while moment < end:
        local = moment.astimezone(BERLIN)
        is_open = local.weekday() < 5 and local.date() != HOLIDAY and 9 <= local.hour < 17
        total += MINUTE * is_open
        moment += MINUTE
    return total


@given(MINUTES, MINUTES)
def test_working_time_is_what_a_walk_by_minutes_counts(first: int, last: int) -> None:
    start, end = BEGIN + first * MINUTE, BEGIN + last * MINUTE
    assert working_time(start, end, WEEK) == by_walking(start, end)


@given(MINUTES, st.integers(1, 40 * 60))
def test_moment_before_is_the_latest_from_which_so_much_had_passed(last: int, length: int) -> None:
    end = BEGIN + timedelta(days=60) + last * MINUTE
    moment = moment_before(end, length * MINUTE, WEEK)
    assert working_time(moment, end, WEEK) == length * MINUTE
    assert working_time(moment + MINUTE, end, WEEK) < length * MINUTE


def test_nobody_works_on_a_holiday_or_at_the_weekend() -> None:
    friday = datetime(2026, 3, 27, 17, tzinfo=BERLIN)
    tuesday = datetime(2026, 3, 31, 9, 30, tzinfo=BERLIN)
    assert working_time(friday, tuesday, WEEK) == timedelta(minutes=30)


def test_nothing_is_old_enough_where_hardly_anybody_works() -> None:
    never = WorkingWeek(frozenset(range(5)), time(9), time(17), BERLIN, lambda _day: True)
    end = datetime(2026, 11, 27, tzinfo=UTC)
    assert moment_before(end, MINUTE, never) == end - timedelta(days=3660)
    assert working_time(end - timedelta(days=30), end, never) == timedelta()
