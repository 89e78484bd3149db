"""Series of won revenue, won deals, new leads and interactions, as the database counts them.

A period without a record counts 0. A part begins with its first record: what was before it came is
no history of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce

from analytics.choices import CUTS, OTHERS, OVERLAPS, WITHOUT, Cut, Grain, Measure
from analytics.datasets.calendar import Calendar, calendar_of
from analytics.datasets.products import product_rows
from analytics.models.periods import period_of
from core.time_ids import first_id
from crm.models import Deal, Interaction, Lead

__all__ = ["LEVELS", "Series", "read_series"]

FloatArray = npt.NDArray[np.float64]
Levels = dict[str, FloatArray]
Rows = Iterable[tuple[date, Any, Any]]
Report = Callable[[float], None]

COLUMNS = {Cut.TEAM: "team_id", Cut.OWNER: "owner_id", Cut.SOURCE: "source"}
# The largest parts have a series of their own; the others share one.
LEVELS = {Grain.DAY: 50, Grain.WEEK: 50, Grain.MONTH: 500}
CHUNK = 2_000
# Of interactions, counted day by day: whatever weeks and months look back on.
INTERACTION_LENGTHS = {Grain.DAY: 520, Grain.WEEK: 261, Grain.MONTH: 60}
CENT = 0.005


@dataclass(frozen=True)
class Series:
    """One value a period, from the first one in which anything was counted."""

    measure: str
    grain: str
    cut: str
    key: str
    first: date
    values: FloatArray


def read_series(as_of: datetime, report: Report = lambda _share: None) -> Iterator[Series]:
    """All series of whole periods before the moment: totals, then parts, measure by measure."""
    for number, grain in enumerate(Grain):
        calendar = calendar_of(grain, as_of)
        yield from _of_deals(calendar)
        yield from _of_leads(calendar)
        report((number + 1) / (2 * len(Grain)))
    yield from _of_interactions(as_of, lambda share: report((1 + share) / 2))


# -- deals and leads -----------------------------------------------------------------------------


def _of_deals(calendar: Calendar) -> Iterator[Series]:
    """Revenue in the base currency (a deal whose rate nobody knows adds none) and won deals."""
    won = Deal.objects.won().kept().filter(_within("closed_at", calendar))
    won = won.annotate(period=calendar.truncate("closed_at"))
    totals: Levels = {}
    for cut in (Cut.TOTAL, *CUTS[Measure.REVENUE]):
        if cut == Cut.PRODUCT:
            revenue, deals = _by_product(won, calendar, totals[WITHOUT])
        else:
            rows = list(_counted(won, cut, Sum("base_amount"), Count("pk")))
            revenue = _table(((at, level, amount) for at, level, amount, _n in rows), calendar)
            deals = _table(((at, level, count) for at, level, _amount, count in rows), calendar)
        totals = totals or {WITHOUT: revenue.get(WITHOUT, np.zeros(len(calendar.starts)))}
        yield from _series(Measure.REVENUE, cut, revenue, calendar)
        yield from _series(Measure.DEALS, cut, deals, calendar)


def _by_product(won: Any, calendar: Calendar, total: FloatArray) -> tuple[Levels, Levels]:
    """Revenue by its share in the lines of a deal; of deals without lines, of no product."""
    rows = list(product_rows(won, calendar.truncate("deal__closed_at")))
    revenue = _table(((at, level, amount) for at, level, amount, _n in rows), calendar)
    deals = _table(((at, level, count) for at, level, _amount, count in rows), calendar)
    rest = total - sum(revenue.values(), np.zeros(len(total)))
    rest[np.abs(rest) < CENT] = 0.0
    return {**revenue, WITHOUT: rest}, deals


def _of_leads(calendar: Calendar) -> Iterator[Series]:
    """By the moment they were captured; by when they were entered, where nobody knows it."""
    leads = Lead.objects.kept().annotate(came=Coalesce("captured_at", "created_at"))
    leads = leads.filter(_within("came", calendar)).annotate(period=calendar.truncate("came"))
    for cut in (Cut.TOTAL, *CUTS[Measure.LEADS]):
        yield from _series(
            Measure.LEADS, cut, _table(_counted(leads, cut, Count("pk")), calendar), calendar
        )


def _within(column: str, calendar: Calendar) -> Q:
    return Q(**{f"{column}__gte": calendar.since, f"{column}__lt": calendar.until})


def _counted(rows: Any, cut: str, *sums: Any) -> Any:
    """Period, level and sums: one row for each that has any."""
    level = F(COLUMNS[Cut(cut)]) if cut != Cut.TOTAL else Value(WITHOUT)
    named = {f"sum_{number}": each for number, each in enumerate(sums)}
    grouped = rows.annotate(level=level).values("period", "level").annotate(**named)
    return grouped.order_by().values_list("period", "level", *named).iterator(chunk_size=CHUNK)


# -- interactions --------------------------------------------------------------------------------


def _of_interactions(as_of: datetime, report: Report) -> Iterator[Series]:
    """Counted day by day through the number, which is the time: no other index is needed."""
    calendars = [calendar_of(grain, as_of, INTERACTION_LENGTHS[grain]) for grain in Grain]
    tables: list[Levels] = [{} for _calendar in calendars]
    for day, channel, count in _days_of_channels(calendars, report):
        for calendar, table in zip(calendars, tables, strict=True):
            place = calendar.place.get(period_of(day, calendar.grain))
            if place is not None:
                _values_of(table, channel, calendar)[place] += count
    for calendar, table in zip(calendars, tables, strict=True):
        total = sum(table.values(), np.zeros(len(calendar.starts)))
        yield from _series(Measure.INTERACTIONS, Cut.TOTAL, {WITHOUT: total}, calendar)
        yield from _series(Measure.INTERACTIONS, Cut.CHANNEL, table, calendar)


def _days_of_channels(calendars: list[Calendar], report: Report) -> Iterator[tuple[date, str, int]]:
    """Interactions of each day and channel, from the first one that is looked at."""
    numbers = calendars[0]
    day = min(calendar.starts[0] for calendar in calendars)
    oldest = Interaction.objects.filter(pk__gte=first_id(numbers.moment(day))).order_by("pk")
    found = oldest.values_list("at", flat=True).first()
    end = max(calendar.end for calendar in calendars)
    if found is None:
        return
    day = max(day, found.astimezone(numbers.zone).date())
    days = max(1, (end - day).days)
    while day < end:
        following = day + timedelta(days=1)
        between = (first_id(numbers.moment(day)), first_id(numbers.moment(following)))
        rows: Any = Interaction.objects.filter(pk__gte=between[0], pk__lt=between[1])
        for channel, count in rows.values_list("channel").annotate(Count("pk")).order_by():
            yield day, channel, count
        day = following
        report(1 - (end - day).days / days)


# -- series of tables ----------------------------------------------------------------------------


def _table(rows: Rows, calendar: Calendar) -> Levels:
    """One array for each level, 0 where there is no row."""
    table: Levels = {}
    for at, level, amount in rows:
        key = WITHOUT if level is None else str(level)
        _values_of(table, key, calendar)[calendar.place[at]] += float(amount or Decimal(0))
    return table


def _values_of(table: Levels, key: str, calendar: Calendar) -> FloatArray:
    if key not in table:
        table[key] = np.zeros(len(calendar.starts))
    return table[key]


def _series(measure: str, cut: str, table: Levels, calendar: Calendar) -> Iterator[Series]:
    """The largest levels, and the others together where that is a sum; none without any value."""
    adds_up = (measure, cut) not in OVERLAPS
    for key, values in _largest(table, LEVELS[Grain(calendar.grain)], adds_up=adds_up):
        counted = np.flatnonzero(values)
        if counted.size:
            start = int(counted[0])
            first = calendar.starts[start]
            yield Series(measure, calendar.grain, cut, key, first, values[start:])


def _largest(table: Levels, most: int, *, adds_up: bool) -> Iterator[tuple[str, FloatArray]]:
    """A level that bears the name of the others is one of them: two series cannot share a key."""
    named = [item for item in table.items() if item[0] != OTHERS]
    ranked = sorted(named, key=lambda item: (-float(np.abs(item[1]).sum()), item[0]))
    yield from ranked[:most]
    rest = [values for _key, values in ranked[most:]]
    rest += [table[OTHERS]] if OTHERS in table else []
    if rest and adds_up:
        yield OTHERS, np.sum(rest, axis=0)
