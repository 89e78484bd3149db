"""Whole periods before a moment, in the company's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import DateField
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek
from django.db.models.functions.datetime import TruncBase

from analytics.choices import Grain
from analytics.models.periods import period_of, shifted
from core.company import company

__all__ = ["HORIZONS", "SEASONS", "Calendar", "calendar_of"]

TRUNCATE: dict[str, type[TruncBase]] = {
    Grain.DAY: TruncDay,
    Grain.WEEK: TruncWeek,
    Grain.MONTH: TruncMonth,
}
SEASONS = {Grain.DAY: 7, Grain.WEEK: 52, Grain.MONTH: 12}
HORIZONS = {Grain.DAY: 30, Grain.WEEK: 12, Grain.MONTH: 12}
# What a forecast looks back on: the methods use no more of days; five and ten years of the others.
LENGTHS = {Grain.DAY: 520, Grain.WEEK: 261, Grain.MONTH: 120}


@dataclass(frozen=True)
class Calendar:
    """Periods of one length, the oldest first; `end` is the first day that belongs to none."""

    grain: str
    starts: tuple[date, ...]
    end: date
    zone: tzinfo

    def moment(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone)

    @property
    def since(self) -> datetime:
        return self.moment(self.starts[0])

    @property
    def until(self) -> datetime:
        return self.moment(self.end)

    @cached_property
    def place(self) -> dict[date, int]:
        return {start: number for number, start in enumerate(self.starts)}

    def truncate(self, column: str) -> TruncBase:
        """The first day of the period of a column of moments, for the database."""
        return TRUNCATE[self.grain](column, output_field=DateField(), tzinfo=self.zone)


def calendar_of(grain: str, as_of: datetime, length: int | None = None) -> Calendar:
    """The periods that have ended before a moment; the running one is no history."""
    zone = ZoneInfo(company().time_zone)
    end = period_of(as_of.astimezone(zone).date(), grain)
    count = length or LENGTHS[Grain(grain)]
    starts = tuple(shifted(end, grain, -back) for back in range(count, 0, -1))
    return Calendar(grain, starts, end, zone)
