"""Past quarters gone through again: what was known on a day, what was said of it, and what came."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.datasets.closed_deals import ClosedDeals, closed_deals, stays_of, usual_days
from analytics.datasets.deal_table import DATED, DealTable
from analytics.datasets.timeline import DAY, milliseconds
from analytics.jobs.lead_score_training import MISSING_WORDS, SMALLEST_CLASS, split_fields
from analytics.jobs.quarter_series import series_view
from analytics.methods.closing_history import ClosingHistory
from analytics.methods.errors import InsufficientData
from analytics.methods.logistic import CalibratedLogistic
from analytics.methods.logistic_fit import fit_logistic
from analytics.methods.quarter_outcome import OpenDeals
from analytics.models.quarters import Quarter

MOST_MOMENTS = 4_000  # to learn from at each moment of the past
NEEDED = 10  # closed deals

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Position:
    """A day in a quarter that is over: what was won by then, what was expected of open deals, what came."""

    quarter: Quarter
    won: Floats  # by group, until the day
    deals: OpenDeals
    brought: float  # by the deals that were open, until the end
    late: Floats  # by group: opened later and won in the quarter
    series: float | None  # what the time series of bookings said of the whole

    @property
    def actual(self) -> float:
        return float(self.won.sum()) + self.brought + float(self.late.sum())

    @property
    def ratio(self) -> float | None:
        """What open deals brought over what was expected of them; None where nothing was."""
        expected = float(self.deals.expected.sum())
        return self.brought / expected if expected > 0 else None


class Replay:
    """All deals and their pasts; groups are pairs of owner and team."""

    def __init__(self, table: DealTable, zone: str, seed: int) -> None:
        self.table, self.zone, self.seed = table, zone, seed
        pairs = np.stack([table.owners, table.teams], axis=1)
        self.pairs, self.groups = np.unique(pairs, axis=0, return_inverse=True)
        self.groups = self.groups.reshape(-1)
        self.worth = np.nan_to_num(table.worth, nan=0.0).clip(min=0)
        self.usual = usual_days(table)
        # Learned from at every moment of the past, so read once.
        self.closed: ClosedDeals = closed_deals(table, self.usual, most=50_000, seed=seed)
        rows = np.searchsorted(table.ids, self.closed.deals.to_numpy())
        self.learned_at = table.closed[rows]

    def by_group(self, rows: npt.NDArray[Any]) -> Floats:
        """What these deals are worth, by group."""
        found = np.bincount(self.groups[rows], self.worth[rows], len(self.pairs))
        return np.asarray(found, dtype=np.float64)

    def won_between(self, start: int, end: int) -> npt.NDArray[np.bool_]:
        table = self.table
        return table.is_won & (table.closed >= start) & (table.closed < end)

    def open_at(self, at: int) -> Integers:
        return np.flatnonzero((self.table.created <= at) & (self.table.closed > at))

    def history(self, as_of: datetime) -> ClosingHistory:
        return ClosingHistory.fit(stays_of([self.table], as_of), self.usual)

    def position(self, quarter: Quarter, as_of: datetime) -> Position | None:
        """The quarter as of the day; None where too few deals had closed by then."""
        at, start = milliseconds(as_of), milliseconds(quarter.starts(self.zone))
        end = milliseconds(quarter.ends(self.zone))
        if int((self.table.closed < at).sum()) < NEEDED:
            return None
        rows = self.open_at(at)
        won = self.won_between(start, end)
        is_late = self.table.created > at
        return Position(
            quarter,
            self.by_group(won & (self.table.closed <= at)),
            self.deals(rows, as_of, end, self.chances(rows, as_of), self.amounts(rows, at)),
            float(self.worth[rows][won[rows]].sum()),
            self.by_group(won & is_late),
            self.series(quarter, as_of),
        )

    def series(self, quarter: Quarter, as_of: datetime) -> float | None:
        """The quarter by the time series of bookings, as of the day."""
        won = self.table.is_won
        return series_view(
            self.table.closed[won],
            self.worth[won],
            start=milliseconds(quarter.starts(self.zone)),
            at=milliseconds(as_of),
            end=milliseconds(quarter.ends(self.zone)),
        )

    def amounts(self, rows: Integers, at: int) -> Floats:
        """What the deals were worth then."""
        return np.nan_to_num(self.table.worth_at(rows, np.full(len(rows), at)), nan=0.0).clip(min=0)

    def deals(
        self, rows: Integers, as_of: datetime, end: int, chances: Floats, amounts: Floats
    ) -> OpenDeals:
        """Open deals with the chance that each ends within the quarter.

        Of a deal that has been open for longer than any that ever ended nothing is expected in time.
        """
        at = np.full(len(rows), milliseconds(as_of))
        stages, since = self.table.stage_at(rows, at)
        ages = np.maximum(at - self.table.created[rows], 0) / DAY
        here = np.where(stages > 0, np.maximum(at - since, 0) / DAY, ages)
        left = max(end - milliseconds(as_of), 0) / DAY
        within = self.history(as_of).ends_within(stages, here, ages, left)
        in_time = np.clip(np.nan_to_num(within, nan=0.0), 0.0, 1.0)
        return OpenDeals(chances, in_time, amounts, self.groups[rows])

    def chances(self, rows: Integers, as_of: datetime) -> Floats:
        """By the simplest model that could be learned by then, else the share won from the stage."""
        at = np.full(len(rows), milliseconds(as_of))
        stages, _since = self.table.stage_at(rows, at)
        rates, _low, _high = self.history(as_of).base_rates(stages)
        model = self._model(milliseconds(as_of))
        if model is None or not len(rows):
            return rates
        return model.predict(self.table.cells(rows, at, self.usual)).probability

    def _model(self, at: int) -> CalibratedLogistic | None:
        known = np.flatnonzero(self.learned_at < at)[-MOST_MOMENTS:]
        frame, outcomes = self.closed.frame.iloc[known], self.closed.outcomes.iloc[known]
        deals = self.closed.deals.iloc[known]
        if any(deals[outcomes == outcome].nunique() < SMALLEST_CLASS for outcome in (0, 1)):
            return None
        fields = split_fields(frame, outcomes, seed=self.seed, known_before=DATED)
        if not fields.used:
            return None
        try:
            fit = fit_logistic(
                frame,
                outcomes,
                fields.used,
                order=self.closed.opened.iloc[known],
                seed=self.seed,
                missing_values=MISSING_WORDS,
                min_class=SMALLEST_CLASS,
                clusters=deals,
            )
        except InsufficientData:
            return None
        return fit.model if fit.model.has_signal else None
