"""Stages worked out from what happened when: the way of each record, and its months."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InvalidData

__all__ = ["Asked", "Counted", "Passages", "months_of", "replay", "stages_at"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# A key is the place of a record and a moment: all moments of a record lie beside each other.
MOMENT_BITS = 44  # milliseconds for five centuries
MOST_MOMENT = (1 << MOMENT_BITS) - 1
MOST_RECORDS = 1 << (62 - MOMENT_BITS)
NOWHERE = -1


@dataclass(frozen=True)
class Counted:
    """A test of how much counts at a moment: each thing from its begin to its end.

    Parameters
    ----------
    records : ndarray of int, shape (k,)
        The place of the record that each thing belongs to.
    begins, ends : ndarray of int, shape (k,)
        From when on it counts, and from when on no more, in milliseconds.
    least : int
        So many have to count.
    most : int, optional
        And no more than so many.
    cause : str
        What a change by it is called.

    Examples
    --------
    >>> one = np.array([0])
    >>> Counted(one, np.array([5]), np.array([9]), 1, None, "deal").least
    1
    """

    records: IntArray
    begins: IntArray
    ends: IntArray
    least: int
    most: int | None
    cause: str


@dataclass(frozen=True)
class Asked:
    """What a stage asks: `all`, `any` or `not` of parts, or the test with a number (`test`).

    Parameters
    ----------
    join : str
    parts : tuple of Asked
    number : int

    Examples
    --------
    >>> Asked("not", (Asked("test", number=0),)).join
    'not'
    """

    join: str
    parts: tuple["Asked", ...] = ()
    number: int = 0


@dataclass(frozen=True)
class Passages:
    """The stages that records passed, in the order of records and moments.

    Parameters
    ----------
    records, stages, since : ndarray of int, shape (k,)
        The place of the record, that of the stage (-1: in none), and from when on.
    causes : list of str
        What brought the record there: the cause of a test, "time" when something counts no more, or
        "known" at the beginning.

    Examples
    --------
    >>> none = np.zeros(0, dtype=np.int64)
    >>> len(Passages(none, none, none, []).causes)
    0
    """

    records: IntArray
    stages: IntArray
    since: IntArray
    causes: list[str]


def replay(
    born: IntArray, tests: Sequence[Counted], stages: Sequence[Asked], until: int
) -> Passages:
    """Ask at each moment at which an answer may change in which stage each record stands.

    Parameters
    ----------
    born : ndarray of int, shape (n,)
        When each record became known, in milliseconds.
    tests : sequence of Counted
        All tests that stages ask.
    stages : sequence of Asked
        In their order: the last one that holds counts.
    until : int
        The last moment that is looked at.

    Returns
    -------
    Passages

    Raises
    ------
    InvalidData
        ``bad_parameter``: more records or later moments than there is room for; an unknown join.

    References
    ----------
    C. Jensen and R. Snodgrass (1999), "Temporal Data Management", IEEE Transactions on Knowledge and
    Data Engineering 11, 36–44 (values that hold from one moment to another).

    Examples
    --------
    >>> won = Counted(np.array([0]), np.array([50]), np.array([MOST_MOMENT]), 1, None, "deal")
    >>> found = replay(np.array([10]), [won], [Asked("all"), Asked("test", number=0)], 90)
    >>> found.stages.tolist(), found.since.tolist(), found.causes
    ([0, 1], [10, 50], ['known', 'deal'])
    """
    if len(born) > MOST_RECORDS or not 0 <= until < MOST_MOMENT:
        raise InvalidData("bad_parameter", "too many records, or a moment that is too late")
    begins = [_keys(test.records, test.begins) for test in tests]
    ends = [_keys(test.records, test.ends) for test in tests]
    first = _keys(np.arange(len(born)), born)
    points = _points(first, begins, ends, until)
    held = [
        _holds(test, one, other, points)
        for test, one, other in zip(tests, begins, ends, strict=True)
    ]
    state = np.full(len(points), NOWHERE, dtype=np.int64)
    for place, asked in enumerate(stages):
        state[_answers(asked, held, len(points))] = place
    records = points >> MOMENT_BITS
    is_new = np.ones(len(points), dtype=bool)
    is_new[1:] = (records[1:] != records[:-1]) | (state[1:] != state[:-1])
    kept = points[is_new]
    causes = _causes(kept, first, tests, begins, ends)
    return Passages(records[is_new], state[is_new], kept & MOST_MOMENT, causes)


def _keys(records: IntArray, moments: IntArray) -> IntArray:
    """Sorted; moments out of bounds count at the bounds."""
    within = np.clip(moments, 0, MOST_MOMENT)
    return np.asarray(np.sort((records.astype(np.int64) << MOMENT_BITS) | within), dtype=np.int64)


def _points(first: IntArray, begins: list[IntArray], ends: list[IntArray], until: int) -> IntArray:
    """Each record's beginning, and all later moments at which a test may answer otherwise."""
    every = np.unique(np.concatenate([first, *begins, *ends]))
    records = every >> MOMENT_BITS
    is_within = (every >= first[records]) & ((every & MOST_MOMENT) <= until)
    return np.asarray(every[is_within], dtype=np.int64)


def _holds(test: Counted, begins: IntArray, ends: IntArray, points: IntArray) -> BoolArray:
    count = np.searchsorted(begins, points, "right") - np.searchsorted(ends, points, "right")
    # Of the records before, all that began has to be taken away, and what ended put back.
    own = points >> MOMENT_BITS << MOMENT_BITS
    count -= np.searchsorted(begins, own, "left") - np.searchsorted(ends, own, "left")
    holds = count >= test.least
    return np.asarray(holds if test.most is None else holds & (count <= test.most), dtype=np.bool_)


def _answers(asked: Asked, held: list[BoolArray], size: int) -> BoolArray:
    if asked.join == "test":
        return held[asked.number]
    parts = [_answers(part, held, size) for part in asked.parts]
    if asked.join == "not":
        return ~parts[0]
    if asked.join == "all":
        return np.asarray(np.logical_and.reduce([np.ones(size, dtype=bool), *parts]))
    if asked.join == "any":
        return np.asarray(np.logical_or.reduce([np.zeros(size, dtype=bool), *parts]))
    raise InvalidData("bad_parameter", f"no join {asked.join!r}")


def _causes(
    kept: IntArray,
    first: IntArray,
    tests: Sequence[Counted],
    begins: list[IntArray],
    ends: list[IntArray],
) -> list[str]:
    """What began at the moment, else what ended; at the beginning nothing had to happen."""
    found = np.full(len(kept), "time", dtype=object)
    for test, keys in zip(reversed(tests), reversed(ends), strict=True):
        if test.cause == "field":
            found[np.isin(kept, keys)] = test.cause
    for test, keys in zip(reversed(tests), reversed(begins), strict=True):
        found[np.isin(kept, keys)] = test.cause
    found[np.isin(kept, first)] = "known"
    return [str(cause) for cause in found]


def stages_at(stays: Passages, records: IntArray, moments: IntArray) -> IntArray:
    """The stage of records at moments; -1 before they were known, and in no stage.

    Parameters
    ----------
    stays : Passages
    records, moments : ndarray of int, shape (k,)

    Returns
    -------
    ndarray of int, shape (k,)

    Examples
    --------
    >>> zero = np.array([0, 0])
    >>> stays = Passages(zero, np.array([0, 1]), np.array([10, 50]), ["known", "deal"])
    >>> stages_at(stays, np.array([0, 0, 0]), np.array([5, 10, 60])).tolist()
    [-1, 0, 1]
    """
    keys = (stays.records << MOMENT_BITS) | stays.since
    wanted = (records.astype(np.int64) << MOMENT_BITS) | moments
    place = np.searchsorted(keys, wanted, "right") - 1
    if not len(keys):
        return np.full(len(wanted), NOWHERE, dtype=np.int64)
    is_there = (place >= 0) & (stays.records[place] == records)
    return np.where(is_there, stays.stages[place], NOWHERE)


def months_of(stays: Passages, records: int, bounds: IntArray) -> tuple[IntArray, IntArray]:
    """The stages in which whole months began and ended.

    Parameters
    ----------
    stays : Passages
    records : int
        How many records there are.
    bounds : ndarray of int, shape (m + 1,)
        When each month begins, and the last one ends.

    Returns
    -------
    before, after : ndarray of int, shape (records, m)
        -1 where the record stood in no stage.

    Examples
    --------
    >>> zero = np.array([0, 0])
    >>> stays = Passages(zero, np.array([0, 1]), np.array([10, 50]), ["known", "deal"])
    >>> before, after = months_of(stays, 1, np.array([0, 30, 60]))
    >>> before.tolist(), after.tolist()
    ([[-1, 0]], [[0, 1]])
    """
    every = np.repeat(np.arange(records), len(bounds))
    # What happens at the very moment in which a month begins belongs to that month.
    moments = np.tile(bounds - 1, records)
    found = stages_at(stays, every, moments).reshape(records, len(bounds))
    return found[:, :-1], found[:, 1:]
