"""The times that reports look at: presets up to today, or two days, and the days just before."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conditions import Criterion, Happened
from core.conditions.periods import DAY, period
from core.errors import Refused

DEFAULT, CUSTOM = "last_90", "custom"
MOST_DAYS = 3_660
LATELY = {"last_30": 30, "last_90": 90, "last_180": 180, "last_365": 365}
CALENDAR = ("this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year")
LABELS: dict[str, Promise] = {
    "last_30": gettext_lazy("Last 30 days"),
    "last_90": gettext_lazy("Last 90 days"),
    "last_180": gettext_lazy("Last 180 days"),
    "last_365": gettext_lazy("Last 365 days"),
    "this_month": gettext_lazy("This month"),
    "last_month": gettext_lazy("Last month"),
    "this_quarter": gettext_lazy("This quarter"),
    "last_quarter": gettext_lazy("Last quarter"),
    "this_year": gettext_lazy("This year"),
    "last_year": gettext_lazy("Last year"),
    CUSTOM: gettext_lazy("From … to …"),
}


@dataclass(frozen=True)
class ReportPeriod:
    """The first and the last day, both of them in it."""

    key: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "ReportPeriod":
        """As many days just before.

        >>> ReportPeriod("", date(2026, 11, 1), date(2026, 11, 30)).before.first
        datetime.date(2026, 10, 2)
        """
        length = timedelta(self.days)
        return ReportPeriod(self.key, self.first - length, self.last - length)

    def window(self, zone: tzinfo | None) -> tuple[datetime, datetime]:
        """From the beginning of the first day to the end of the last, in the time zone."""
        start, end = (datetime.combine(day, time(), zone) for day in (self.first, self.last + DAY))
        return start, end

    def criterion(self, field: str) -> Criterion:
        """A day or a moment of a record that lies in it."""
        return Criterion(field, "between_days", [self.first.isoformat(), self.last.isoformat()])

    def happened(self, behaviour: str, *stages: int) -> Happened:
        """Something of these kinds happened in it, at least once."""
        kinds = tuple(str(stage) for stage in stages)
        since, until = self.first.isoformat(), self.last.isoformat()
        return Happened(behaviour, kinds, since=since, until=until)


def period_of(
    key: str, today: date, *, first: date | None = None, last: date | None = None
) -> ReportPeriod:
    """The time that is asked for; what is still to come is left out."""
    if key == CUSTOM:
        return _between(first, last)
    if key in LATELY:
        return ReportPeriod(key, today - timedelta(LATELY[key] - 1), today)
    if key not in CALENDAR:
        raise Refused(_("Choose a period."))
    start, end = period(key, today)
    return ReportPeriod(key, start, min(end - DAY, today))


def _between(first: date | None, last: date | None) -> ReportPeriod:
    if first is None or last is None:
        raise Refused(_("Give the first and the last day."))
    found = ReportPeriod(CUSTOM, min(first, last), max(first, last))
    if found.days > MOST_DAYS or found.before.first.year < 1900 or found.last.year > 9000:
        raise Refused(_("Ask for ten years at most."))
    return found


def preset_names() -> list[str]:
    return [*LATELY, *CALENDAR]
