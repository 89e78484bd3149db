"""On which days periods begin."""

from datetime import date, timedelta

from analytics.choices import Grain

YEAR = 12  # months


def period_of(day: date, grain: str) -> date:
    """The first day of the period that the day lies in.

    >>> period_of(date(2026, 11, 28), "week"), period_of(date(2026, 11, 28), "month")
    (datetime.date(2026, 11, 23), datetime.date(2026, 11, 1))
    """
    if grain == Grain.MONTH:
        return day.replace(day=1)
    if grain == Grain.WEEK:
        return day - timedelta(days=day.weekday())
    return day


def shifted(start: date, grain: str, periods: int) -> date:
    """The first day of the period so many later, or earlier.

    >>> shifted(date(2026, 11, 1), "month", 3), shifted(date(2026, 11, 1), "month", -11)
    (datetime.date(2027, 2, 1), datetime.date(2025, 12, 1))
    """
    if grain == Grain.MONTH:
        months = start.year * YEAR + start.month - 1 + periods
        return date(months // YEAR, months % YEAR + 1, 1)
    return start + timedelta(days=periods * (7 if grain == Grain.WEEK else 1))
