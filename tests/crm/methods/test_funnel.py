"""The figures of a funnel: on ways drawn by hand, against pandas on random ones, and against numpy."""

from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.methods.funnel import Course, StageFigures, Step, Tally, cycle_days, passages, quantile

START = datetime(2026, 1, 1, tzinfo=UTC)
COURSE = Course([1, 2, 3], [9])
ALWAYS = (START - timedelta(1), START + timedelta(1_000))


def day(number: float) -> datetime:
    return START + timedelta(number)


def way(deal: int, *steps: tuple[int, float]) -> list[Step]:
    """A deal's steps: into which stage, on which day."""
    stages = [None, *(stage for stage, _day in steps)]
    return [
        (deal, before, stage, day(number))
        for before, (stage, number) in zip(stages, steps, strict=False)
    ]


def figures(
    *ways: list[Step], window: tuple[datetime, datetime] = ALWAYS
) -> dict[int, StageFigures]:
    return passages([step for each in ways for step in each], COURSE, [window])[0]


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40),
    st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]),
)
def test_quantile_is_that_of_numpy(values: list[float], share: float) -> None:
    assert quantile(values, share) == pytest.approx(float(np.quantile(values, share)))


def test_deal_that_goes_all_the_way() -> None:
    found = figures(way(1, (1, 0), (2, 4), (3, 10)))
    assert found[1] == StageFigures(1, 1, 1, 0, 4.0, 4.0)
    assert found[2] == StageFigures(1, 1, 1, 0, 6.0, 6.0)
    assert found[3] == StageFigures(1, 0, 0, 0, None, None)


def test_lost_deal_is_lost_from_the_stage_it_left_last() -> None:
    found = figures(way(1, (1, 0), (2, 4), (9, 10)))
    assert (found[1].went_on, found[1].lost) == (1, 0)
    assert (found[2].went_on, found[2].lost, found[2].rate) == (0, 1, 0.0)
    assert found[9].entered == 1


def test_stage_that_is_skipped_was_not_entered() -> None:
    found = figures(way(1, (1, 0), (3, 4)))
    assert found[2] == StageFigures()
    assert found[1].went_on == 1


def test_deal_counts_once_however_often_it_comes_back() -> None:
    found = figures(way(1, (1, 0), (2, 2), (1, 5), (2, 9)))
    assert (found[1].entered, found[1].left, found[1].went_on) == (1, 1, 1)
    assert found[1].median == pytest.approx(3.0)  # stays of 2 and of 4 days
    assert (found[2].entered, found[2].left, found[2].went_on, found[2].lost) == (1, 1, 0, 0)


def test_only_the_window_counts_and_it_is_half_open() -> None:
    steps = way(1, (1, 0), (2, 10), (9, 20))
    found = figures(steps, window=(day(10), day(20)))
    assert (found[1].entered, found[1].left, found[1].went_on) == (0, 1, 1)
    assert found[1].median == 10.0  # it came before the window
    assert (found[2].entered, found[2].left, found[9].entered) == (1, 0, 0)


def test_step_without_the_one_before_has_no_days() -> None:
    found = figures([(1, 2, 3, day(3))])
    assert (found[2].left, found[2].went_on, found[2].median) == (1, 1, None)


def test_stages_of_other_pipelines_are_left_out() -> None:
    found = figures(way(1, (1, 0), (77, 3)))
    assert (found[1].left, found[1].went_on, found[1].lost) == (1, 0, 0)
    assert 77 not in found


def test_of_nothing_there_is_nothing() -> None:
    assert figures() == {stage: StageFigures() for stage in (1, 2, 3, 9)}
    assert StageFigures().rate is None


@pytest.mark.parametrize("seed", range(5))
def test_counts_and_days_are_those_of_pandas(seed: int) -> None:
    chance = Random(seed)
    ways = []
    for deal in range(200):
        at, steps = chance.uniform(0, 60), []
        for _step in range(chance.randint(1, 6)):
            options = [stage for stage in (1, 2, 3, 9) if not steps or stage != steps[-1][0]]
            steps.append((chance.choice(options), at))
            at += chance.expovariate(1 / 9)
        ways.append(way(deal, *steps))
    window = (day(30), day(75))
    found = figures(*ways, window=window)
    table = pd.DataFrame(
        [step for each in ways for step in each], columns=["deal", "before", "after", "at"]
    )
    table["stay"] = table.groupby("deal")["at"].diff() / pd.Timedelta(days=1)
    within = table[(table["at"] >= window[0]) & (table["at"] < window[1])]
    for place, stage in enumerate((1, 2, 3)):
        later = {1, 2, 3} - set((1, 2, 3)[: place + 1])
        entered = set(within.loc[within["after"] == stage, "deal"])
        left = set(within.loc[within["before"] == stage, "deal"])
        gone = left & set(within.loc[within["after"].isin(later), "deal"])
        lost = (left - gone) & set(within.loc[within["after"] == 9, "deal"])
        one = found[stage]
        assert (one.entered, one.left, one.went_on, one.lost) == tuple(
            map(len, (entered, left, gone, lost))
        )
        stays = within.loc[within["before"] == stage, "stay"]
        assert one.median == pytest.approx(stays.median())
        assert one.slowest == pytest.approx(stays.quantile(0.9))


@given(st.permutations(range(6)))
def test_order_of_the_deals_is_irrelevant(order: list[int]) -> None:
    ways = [way(n, (1, n), (2, n + 2.5 * n), (9 if n % 2 else 3, 40 + n)) for n in range(6)]
    assert figures(*(ways[place] for place in order)) == figures(*ways)


def test_tally_tells_won_from_lost() -> None:
    tally = Tally()
    tally.begin()
    tally.close(is_won=True, amount=100.0, days=10.0)
    tally.close(is_won=False, amount=40.0, days=20.0)
    tally.close(is_won=True, amount=1.0, days=None)
    found = tally.figures()
    assert (found.new, found.won, found.lost, found.closed) == (1, 2, 1, 3)
    assert (found.amount, found.lost_amount, found.median) == (101.0, 40.0, 15.0)
    assert found.win_rate == pytest.approx(2 / 3)


def test_deal_that_ended_before_it_began_has_no_cycle() -> None:
    assert cycle_days(day(3), day(2)) is None
    assert cycle_days(day(2), day(2)) == 0.0
