"""What the steps of deals from stage to stage, and their ends, come to in a time: figures of a funnel."""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from math import floor
from operator import itemgetter

DAY = 86_400.0
# A deal, the stage it left (none of a new one), the one it came into, and when.
Step = tuple[int, int | None, int, datetime]
Window = tuple[datetime, datetime]
MEDIAN, SLOWEST = 0.5, 0.9


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which this share of the values lies, between two of them in proportion.

    The same as `numpy.quantile` and pandas give by default (Hyndman and Fan's type 7).

    >>> quantile([1.0, 2.0, 4.0], 0.5), quantile([10.0, 20.0], 0.9), quantile([], 0.5)
    (2.0, 19.0, None)
    """
    if not values:
        return None
    found = sorted(values)
    place = share * (len(found) - 1)
    below = floor(place)
    above = min(below + 1, len(found) - 1)
    return found[below] + (found[above] - found[below]) * (place - below)


@dataclass(frozen=True)
class StageFigures:
    """A stage in a time: how many deals came into it and left it, and where they went.

    Who left and came into a later stage in the time has gone on; who left, and was lost in it without
    that, is lost from here; the rest went back or to another pipeline. The days are those of the
    stays that ended: their median, and what nine of ten did not exceed.
    """

    entered: int = 0
    left: int = 0
    went_on: int = 0
    lost: int = 0
    median: float | None = None
    slowest: float | None = None

    @property
    def rate(self) -> float | None:
        """The share that went on of all that left."""
        return self.went_on / self.left if self.left else None


@dataclass
class Passage:
    """The same while it is counted, with the days of each stay that ended."""

    entered: int = 0
    left: int = 0
    went_on: int = 0
    lost: int = 0
    days: "array[float]" = field(default_factory=lambda: array("d"))

    def figures(self) -> StageFigures:
        ends = (quantile(self.days, MEDIAN), quantile(self.days, SLOWEST))
        return StageFigures(self.entered, self.left, self.went_on, self.lost, *ends)


@dataclass(frozen=True)
class Course:
    """The stages of a pipeline in their order: open ones, then what means won; lost ones apart."""

    stages: Sequence[int]
    lost: Collection[int] = ()

    def after(self, stage: int) -> frozenset[int]:
        """The stages that a deal of this one goes on to.

        >>> sorted(Course([1, 2, 3], [9]).after(1))
        [2, 3]
        """
        place = self.stages.index(stage)
        return frozenset(self.stages[place + 1 :])


def passages(
    steps: Iterable[Step], course: Course, windows: Sequence[Window]
) -> list[dict[int, StageFigures]]:
    """What happened in each stage of the course in each half-open window.

    The steps come deal by deal, each deal's in their order in time, from before the first window where it has
    any. One deal is held at a time: memory grows with the number of stays that ended, 8 bytes each.

    >>> from datetime import UTC
    >>> day = lambda n: datetime(2026, 1, n, tzinfo=UTC)
    >>> steps = [(7, None, 1, day(1)), (7, 1, 2, day(5)), (7, 2, 9, day(8))]
    >>> [found] = passages(steps, Course([1, 2, 3], [9]), [(day(2), day(31))])
    >>> found[1].left, found[1].went_on, found[1].median
    (1, 1, 4.0)
    >>> found[2].entered, found[2].rate, found[2].lost
    (1, 0.0, 1)
    """
    after = {stage: course.after(stage) for stage in course.stages}
    found = [{stage: Passage() for stage in (*course.stages, *course.lost)} for _ in windows]
    for _deal, rows in groupby(steps, key=itemgetter(0)):
        way = list(rows)
        for window, stages in zip(windows, found, strict=True):
            _count(way, window, after, frozenset(course.lost), stages)
    return [{pk: passage.figures() for pk, passage in stages.items()} for stages in found]


def _count(
    way: Sequence[Step],
    window: Window,
    after: Mapping[int, frozenset[int]],
    lost: frozenset[int],
    into: Mapping[int, Passage],
) -> None:
    """One deal in one window."""
    start, end = window
    until = [step for step in way if step[3] < end]
    pairs = [pair for pair in zip([None, *until], until, strict=False) if pair[1][3] >= start]
    entered = {step[2] for _before, step in pairs}
    left = {step[1] for _before, step in pairs if step[1] is not None}
    for before, step in pairs:
        _stay(before, step, into)
    for stage in entered & into.keys():
        into[stage].entered += 1
    for stage in left & into.keys():
        passage = into[stage]
        passage.left += 1
        if entered & after.get(stage, frozenset()):
            passage.went_on += 1
        elif entered & lost:
            passage.lost += 1


def _stay(before: Step | None, step: Step, into: Mapping[int, Passage]) -> None:
    """The days between coming into a stage and leaving it, where both are known."""
    stage = step[1]
    if before is not None and stage is not None and before[2] == stage and stage in into:
        into[stage].days.append((step[3] - before[3]).total_seconds() / DAY)


@dataclass(frozen=True)
class DealFigures:
    """Deals in a time: how many began, were won and lost, what was won, and how long it took.

    `amount` is that of the won ones, `lost_amount` of the others, in the base currency; the days are from the beginning of a deal to
    its end.
    """

    new: int = 0
    won: int = 0
    lost: int = 0
    amount: float = 0.0
    lost_amount: float = 0.0
    median: float | None = None
    slowest: float | None = None

    @property
    def closed(self) -> int:
        return self.won + self.lost

    @property
    def win_rate(self) -> float | None:
        """The share of the won ones of all that were closed.

        >>> DealFigures(won=3, lost=1).win_rate, DealFigures().win_rate
        (0.75, None)
        """
        return self.won / self.closed if self.closed else None


@dataclass
class Tally:
    """The same while it is counted, with the days of each deal that ended."""

    new: int = 0
    won: int = 0
    lost: int = 0
    amount: float = 0.0
    lost_amount: float = 0.0
    days: "array[float]" = field(default_factory=lambda: array("d"))

    def begin(self) -> None:
        self.new += 1

    def close(self, *, is_won: bool, amount: float, days: float | None) -> None:
        """`days` is None where it is not known how long the deal took."""
        if is_won:
            self.won += 1
            self.amount += amount
        else:
            self.lost += 1
            self.lost_amount += amount
        if days is not None:
            self.days.append(days)

    def figures(self) -> DealFigures:
        ends = (quantile(self.days, MEDIAN), quantile(self.days, SLOWEST))
        sums = (self.amount, self.lost_amount)
        return DealFigures(self.new, self.won, self.lost, *sums, *ends)


def cycle_days(began: datetime, closed: datetime) -> int | None:
    """Whole days from the beginning of a deal to its end; one that ends before it began has no cycle.

    Of days without a time of day, as files have them, one may be read as midnight, the other as noon.

    >>> from datetime import UTC
    >>> cycle_days(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, 12, tzinfo=UTC))
    2
    """
    return (closed - began).days if closed >= began else None
