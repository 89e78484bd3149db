"""Moments as whole numbers that rise by one from period to period, and back."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.errors import InsufficientData

__all__ = ["PeriodGrid", "number_periods", "periods_of"]

Numbers = npt.NDArray[np.int64]
Days = npt.NDArray[np.datetime64]
FloatArray = npt.NDArray[np.float64]

DAY = 86_400
LONG = 28  # days between months at least
SATURDAY = 5
MOST_OFF = 3  # days by which the days of a month may differ, as its last ones do
EPOCH = np.datetime64("1970-01-01")
MONTH, WORKDAY, WHOLE_DAY, PLAIN = "month", "workday", "day", "plain"
# Steps in a season, by unit and step.
SEASONS = {
    (MONTH, 1): 12,
    (MONTH, 2): 6,
    (MONTH, 3): 4,
    (MONTH, 6): 2,
    (WORKDAY, 1): 5,
    (WHOLE_DAY, 1): 7,
    (WHOLE_DAY, 7): 52,
    (WHOLE_DAY, 14): 26,
}
HOURS = {3600: 24, 7200: 12, 10_800: 8, 14_400: 6, 21_600: 4, 43_200: 2}


@dataclass(frozen=True)
class PeriodGrid:
    """Periods of one length after each other.

    Parameters
    ----------
    unit : {"month", "workday", "day", "plain"}
        What is counted; plain are seconds, or numbers that are no dates.
    first, step : float
        The first period and the distance of two, in that unit since 1970.
    offset : int
        Of months: days from the first of the month; below 0, days back from its last, less one.
    is_date : bool
        Whether moments are seconds since 1970.

    Examples
    --------
    >>> days = np.array(["2024-01-31", "2024-02-29", "2024-03-31"], "datetime64[s]").astype(int)
    >>> grid = periods_of(days, is_date=True)
    >>> grid.moments([3, 4]).astype("datetime64[s]").astype("datetime64[D]").astype(str).tolist()
    ['2024-04-30', '2024-05-31']
    """

    unit: str
    first: float
    step: float
    offset: int
    is_date: bool

    @property
    def season(self) -> int:
        """Steps in a season as the calendar has it: 12 months, 52 weeks, 7 days; 1 where none is known."""
        if self.unit == PLAIN:
            return HOURS.get(round(self.step), 1) if self.is_date else 1
        return SEASONS.get((self.unit, round(self.step)), 1)

    def numbers(self, moments: npt.ArrayLike) -> Numbers:
        """Which period moments lie in; the first is 0."""
        at = _counted(np.asarray(moments, dtype=np.float64), self.unit)
        found: Numbers = np.rint((at - self.first) / self.step).astype(np.int64)
        return found

    def moments(self, numbers: npt.ArrayLike) -> FloatArray:
        """The moment that stands for a period, such as the first or the last of a month."""
        at = self.first + self.step * np.asarray(numbers, dtype=np.float64)
        if self.unit == PLAIN:
            return at
        whole = np.rint(at).astype(np.int64)
        if self.unit == MONTH:
            month = whole.astype("datetime64[M]") + (self.offset < 0)
            day = month.astype("datetime64[D]") + self.offset
        elif self.unit == WORKDAY:
            day = np.busday_offset(EPOCH, whole, roll="forward")
        else:
            day = EPOCH + whole
        return (day - EPOCH).astype(np.int64).astype(np.float64) * DAY


def periods_of(moments: npt.ArrayLike, *, is_date: bool) -> PeriodGrid:
    """The grid that moments lie on.

    Months are as long as they are, and weekends count only where something ever falls on one. The
    usual distance is the step: of months 1, of quarters 3 months, of weeks 7 days.

    Parameters
    ----------
    moments : array_like, shape (n,)
        Seconds since 1970 for dates, else numbers; finite, in any order, also more than once.
    is_date : bool
        Whether they are dates.

    Returns
    -------
    PeriodGrid

    Raises
    ------
    InsufficientData
        ``empty``.

    Examples
    --------
    >>> grid = periods_of([10, 20, 40], is_date=False)
    >>> grid.step, grid.moments([1, 2, 3]).tolist()
    (10.0, [20.0, 30.0, 40.0])
    """
    at = np.asarray(moments, dtype=np.float64)
    if not at.size:
        raise InsufficientData("empty", needed=1, found=0)
    unit, offset = PLAIN, 0
    if is_date and (at % DAY == 0).all():
        unit, offset = _unit_of(np.unique(_days(at)))
    counted = _counted(at, unit)
    different = np.diff(np.unique(counted))
    step = 1.0
    if different.size:
        sizes, counts = np.unique(different.round(9), return_counts=True)
        step = float(sizes[counts.argmax()])
    return PeriodGrid(unit, float(counted.min()), step, offset, is_date)


def number_periods(moments: npt.ArrayLike, *, is_date: bool) -> Numbers:
    """Number moments by the period they lie in, from 0 on; see `periods_of`.

    Parameters
    ----------
    moments : array_like, shape (n,)
        Seconds since 1970 for dates, else numbers; finite, in any order, also more than once.
    is_date : bool
        Whether they are dates.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    InsufficientData
        ``empty``.

    Examples
    --------
    >>> months = np.array(["2024-01-31", "2024-02-29", "2024-04-30"], "datetime64[s]")
    >>> number_periods(months.astype(int), is_date=True).tolist()
    [0, 1, 3]
    >>> number_periods([10, 20, 40], is_date=False).tolist()
    [0, 1, 3]
    """
    return periods_of(moments, is_date=is_date).numbers(moments)


def _days(at: FloatArray) -> Days:
    return (at / DAY).astype(np.int64).astype("datetime64[D]")


def _counted(at: FloatArray, unit: str) -> FloatArray:
    """Months, working days or days since 1970, or the moments as they are."""
    if unit == PLAIN:
        return at
    days = _days(at)
    if unit == MONTH:
        return days.astype("datetime64[M]").astype(np.float64)
    if unit == WORKDAY:
        return np.busday_count(EPOCH, days).astype(np.float64)
    return days.astype(np.float64)


def _unit_of(days: Days) -> tuple[str, int]:
    """What is counted, and where in the month its days lie; the days are distinct."""
    apart = np.diff(days).astype(np.int64)
    if apart.size and apart.min() >= LONG:
        month = days.astype("datetime64[M]")
        from_begin = (days - month.astype("datetime64[D]")).astype(np.int64)
        to_end = ((month + 1).astype("datetime64[D]") - days).astype(np.int64)
        if min(int(np.ptp(from_begin)), int(np.ptp(to_end))) <= MOST_OFF:
            is_from_end = np.ptp(to_end) < np.ptp(from_begin)
            return MONTH, -int(to_end.min()) if is_from_end else int(from_begin.min())
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    if apart.size and np.median(apart) == 1 and weekday.max() < SATURDAY:
        return WORKDAY, 0
    return WHOLE_DAY, 0
