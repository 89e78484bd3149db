"""Stages worked out from what happened when: as if each moment were asked by itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.methods.errors import InvalidData
from analytics.methods.lifecycle.replay import (
    MOST_MOMENT,
    Asked,
    Counted,
    months_of,
    replay,
    stages_at,
)

NEVER = MOST_MOMENT
TEST = [Asked("test", number=number) for number in range(3)]
TREES = (
    [Asked("all"), TEST[0]],
    [Asked("all"), TEST[0], Asked("all", (TEST[1], Asked("not", (TEST[2],))))],
    [TEST[1], Asked("any", (TEST[0], TEST[2]))],
)


@st.composite
def counts(draw: st.DrawFn) -> Counted:
    size = draw(st.integers(0, 8))
    rows = [
        (draw(st.integers(0, 2)), begin, begin + draw(st.integers(1, 30)))
        for begin in draw(st.lists(st.integers(0, 60), min_size=size, max_size=size))
    ]
    records, begins, ends = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    ends = np.where(ends > 80, NEVER, ends)
    least = draw(st.integers(0, 2))
    return Counted(records, begins, ends, least, draw(st.none() | st.just(2)), "thing")


def asked_at(tree: Asked, held: list[bool]) -> bool:
    if tree.join == "test":
        return held[tree.number]
    parts = [asked_at(part, held) for part in tree.parts]
    return not parts[0] if tree.join == "not" else (all if tree.join == "all" else any)(parts)


def stage_of(record: int, moment: int, tests: list[Counted], stages: list[Asked]) -> int:
    held = []
    for test in tests:
        own = test.records == record
        number = int((own & (test.begins <= moment) & (moment < test.ends)).sum())
        held.append(number >= test.least and (test.most is None or number <= test.most))
    return max((place for place, tree in enumerate(stages) if asked_at(tree, held)), default=-1)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(counts(), min_size=3, max_size=3),
    st.sampled_from(TREES),
    st.lists(st.integers(0, 20), min_size=3, max_size=3),
)
def test_every_moment_has_the_stage_that_it_has_by_itself(
    tests: list[Counted], stages: list[Asked], born: list[int]
) -> None:
    stays = replay(np.array(born), tests, stages, 100)
    for record, since in enumerate(born):
        moments = np.arange(since, 101)
        found = stages_at(stays, np.full(len(moments), record), moments)
        said = [stage_of(record, moment, tests, stages) for moment in moments.tolist()]
        assert found.tolist() == said
        assert stages_at(stays, np.array([record]), np.array([since - 1])).tolist() == [-1]
    same = (stays.records[1:] == stays.records[:-1]) & (stays.stages[1:] == stays.stages[:-1])
    assert not same.any()  # a stay that goes on is one


def test_what_brought_a_record_into_a_stage_is_told() -> None:
    deal = Counted(np.array([0]), np.array([50]), np.array([NEVER]), 1, None, "deal")
    visit = Counted(np.array([0]), np.array([20]), np.array([30]), 1, None, "interaction")
    found = replay(np.array([5]), [deal, visit], [Asked("all"), TEST[1], TEST[0]], 90)
    assert list(zip(found.stages.tolist(), found.since.tolist(), found.causes, strict=True)) == [
        (0, 5, "known"),
        (1, 20, "interaction"),
        (0, 30, "time"),
        (2, 50, "deal"),
    ]


def test_what_lies_ahead_does_not_count() -> None:
    deal = Counted(np.array([0]), np.array([500]), np.array([NEVER]), 1, None, "deal")
    assert replay(np.array([5]), [deal], [Asked("all"), TEST[0]], 90).stages.tolist() == [0]


def test_months_begin_and_end_in_a_stage() -> None:
    deal = Counted(np.array([0, 1]), np.array([50, 60]), np.array([NEVER, NEVER]), 1, None, "x")
    stays = replay(np.array([0, 40]), [deal], [Asked("all"), TEST[0]], 200)
    before, after = months_of(stays, 2, np.array([0, 30, 60, 90]))
    assert before.tolist() == [[-1, 0, 1], [-1, -1, 0]]
    assert after.tolist() == [[0, 1, 1], [-1, 0, 1]]


def test_nonsense_is_refused() -> None:
    with pytest.raises(InvalidData):
        replay(np.array([0]), [], [Asked("xor")], 5)
    with pytest.raises(InvalidData):
        replay(np.array([0]), [], [Asked("all")], MOST_MOMENT)
