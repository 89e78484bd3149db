"""Closed deals as they were known at moments of their lives, and how long deals take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.db.models import Q

from analytics.datasets.deal_table import DealTable
from analytics.datasets.leads import sample_of
from analytics.datasets.snapshots import FAR
from analytics.datasets.timeline import DAY, milliseconds
from analytics.methods.closing_history import ALL, Stays
from crm.choices import StageKind
from crm.models import Deal

# Days after coming into a stage at which a deal that is still there is looked at again.
AGES = (0, 14, 45, 90)
MOST_OPEN = 30_000

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ClosedDeals:
    """What a chance is learned from, one row for each moment of a deal.

    Cells; outcomes (1 won); when the deal was opened, which orders the rows; the deal of each row.
    """

    frame: pd.DataFrame
    outcomes: "pd.Series[int]"
    opened: "pd.Series[int]"
    deals: "pd.Series[int]"
    total: int


def closed_deals(
    table: DealTable, usual: Mapping[int, float], *, most: int, seed: int
) -> ClosedDeals:
    """All moments of the closed deals of a table, or a stratified, seeded sample of `most`."""
    rows, at = moments_of(table)
    outcomes = table.is_won[rows].astype(np.int64)
    if len(rows) > most:
        kept = sample_of(outcomes, most, seed)
        rows, at, outcomes = rows[kept], at[kept], outcomes[kept]
    frame = table.cells(rows, at, usual)
    return ClosedDeals(
        frame,
        pd.Series(outcomes, index=frame.index),
        pd.Series(table.created[rows], index=frame.index),
        pd.Series(table.ids[rows], index=frame.index),
        total=len(np.unique(rows)),
    )


def moments_of(table: DealTable) -> tuple[Integers, Integers]:
    """Rows of the table and moments, in the order of opening.

    A deal is looked at when it comes into an open stage and some days later, while it is there. One
    whose way through the stages nobody told is looked at when it was opened, and never again: later
    it was somewhere, but nobody knows where.
    """
    has_closed = table.closed < FAR
    steps, until = table.steps, np.minimum(table.steps.until, table.closed[table.steps.rows])
    parts = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for age in AGES:
        at = steps.times + age * DAY
        here = steps.is_open & (at < until) & has_closed[steps.rows]
        parts.append((steps.rows[here], at[here]))
    told = np.unique(np.concatenate([rows for rows, _at in parts]))
    untold = np.setdiff1d(np.flatnonzero(has_closed), told)
    parts.append((untold, table.created[untold]))
    rows, at = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((at, rows, table.created[rows]))
    return rows[order], at[order]


def usual_days(table: DealTable) -> dict[int, float]:
    """Median days that deals stayed in each open stage."""
    steps, until = table.steps, table.steps.until
    ended = steps.is_open & (until < FAR)
    days, stages = (until - steps.times)[ended] / DAY, steps.stages[ended]
    return {stage: float(np.median(days[stages == stage])) for stage in np.unique(stages).tolist()}


def stays_of(tables: list[DealTable], as_of: datetime) -> Stays:
    """From the opening, and from coming into each stage, to the end of each deal or to `as_of`."""
    now = milliseconds(as_of)
    columns: list[list[npt.NDArray[Any]]] = [[], [], [], []]
    for table in tables:
        steps = table.steps
        begins = steps.is_open & (steps.times <= now)
        whole = np.flatnonzero(table.created <= now)
        rows = np.concatenate([whole, steps.rows[begins]])
        since = np.concatenate([table.created[whole], steps.times[begins]])
        ends = np.minimum(table.closed[rows], now)
        stages = np.concatenate([np.full(len(whole), ALL), steps.stages[begins]])
        is_closed = table.closed[rows] <= now
        days = np.maximum(ends - since, 0) / DAY
        for column, found in zip(
            columns, (stages, days, is_closed, is_closed & table.is_won[rows]), strict=True
        ):
            column.append(found)
    stages, days, is_closed, is_won = (np.concatenate(column) for column in columns)
    return Stays(stages.astype(np.int64), days, is_closed, is_won)


def open_table() -> DealTable:
    """The latest open deals, which say how long deals have not ended yet."""
    rows = Deal.objects.kept().filter(status=StageKind.OPEN)
    first = rows.order_by("-pk").values_list("pk", flat=True)[MOST_OPEN - 1 : MOST_OPEN]
    return DealTable.read(rows.filter(pk__gte=first[0]) if first else rows)


def whole_table(*, most: int, as_of: datetime) -> DealTable:
    """The open deals and so many of the latest closed ones, as they are told today."""
    rows = Deal.objects.kept().filter(created_at__lte=as_of)
    closed = rows.filter(closed_at__isnull=False).order_by("-closed_at")
    first = closed.values_list("closed_at", flat=True)[most - 1 : most]
    return DealTable.read(
        rows.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=first[0])) if first else rows
    )
