"""Saying of open deals how likely they are to be won, when they end, and which are stale."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.datasets.deal_table import DealTable
from analytics.datasets.timeline import DAY, milliseconds
from analytics.jobs.deal_artifacts import outlooks_of
from analytics.jobs.scorers import reasons_of
from analytics.methods.table_rows import TableRows
from core.models import ModelVersion
from crm.choices import StaleReason
from crm.models import Deal
from crm.services.deal_outlooks import DealSaid

BEFORE = timedelta(days=7)  # the moment that a chance is compared with
FAR_DAYS = 3_650  # a likely close that lies further ahead says nothing
RANGE = (0.1, 0.5, 0.9)  # of the likely close: 80 % of deals end within it

Floats = npt.NDArray[np.float64]


class DealScorer:
    """A version applied to deals."""

    def __init__(self, version: ModelVersion) -> None:
        self.version = version
        self.outlooks = outlooks_of(version)

    def scored(self, deals: Any, run: int | None, as_of: datetime) -> Iterator[DealSaid]:
        """What is said of these open deals, by number."""
        table = DealTable.read(deals)
        if not len(table):
            return
        rows = np.arange(len(table))
        at = np.full(len(table), milliseconds(as_of))
        stages, since = table.stage_at(rows, at)
        ages = np.maximum(at - table.created, 0) / DAY
        here = np.where(stages > 0, np.maximum(at - since, 0) / DAY, ages)
        chances = self._chances(table, rows, at, stages)
        earlier = self._a_week_ago(table, as_of)
        history = self.outlooks.history
        days = [history.days_left(stages, here, ages, quantile) for quantile in RANGE]
        rotten = _untouched(table.ids.tolist(), as_of)
        for row, pk in enumerate(table.ids.tolist()):
            earliest, likely, latest = (_day(as_of, float(each[row])) for each in days)
            yield DealSaid(
                deal=pk,
                version=self.version.pk,
                run=run,
                as_of=as_of,
                has_signal=self.outlooks.model is not None,
                **chances[row],
                earlier_probability=earlier.get(row),
                earlier_at=as_of - BEFORE if row in earlier else None,
                closes_on=likely,
                closes_from=earliest if likely else None,
                closes_to=latest if likely else None,
                stale=self._stale(float(ages[row]), is_untouched=pk in rotten),
                oldest_days=None if history.oldest is None else int(history.oldest),
            )

    def _chances(
        self,
        table: DealTable,
        rows: npt.NDArray[np.int64],
        at: npt.NDArray[np.int64],
        stages: npt.NDArray[np.int64],
    ) -> list[dict[str, Any]]:
        """Chance, interval and reasons: of the model, else the share won from the stage."""
        rate, low, high = self.outlooks.history.base_rates(stages)
        if self.outlooks.model is None:
            return [
                {
                    "probability": float(rate[row]),
                    "low": float(low[row]),
                    "high": float(high[row]),
                    "base_rate": float(rate[row]),
                    "reasons": [],
                    "rest_points": 0.0,
                }
                for row in rows
            ]
        frame = table.cells(rows, at, self.outlooks.history.usual, is_now=True)
        frame = _with_columns(frame, self.outlooks.model.model.encoder.fields)
        said = self.outlooks.model.score(frame)
        return [
            {
                "probability": float(said.probability[row]),
                "low": float(min(said.lower[row], said.probability[row])),
                "high": float(max(said.upper[row], said.probability[row])),
                "base_rate": float(rate[row]),
                "reasons": reasons,
                "rest_points": float(said.reasons.rest[row]),
            }
            for row, reasons in enumerate(reasons_of(frame, said))
        ]

    def _a_week_ago(self, table: DealTable, as_of: datetime) -> dict[int, float]:
        """What this version says of the deals as they were a week before, of those that were there.

        Not what another version said then: what has changed is the deal, not the model.
        """
        moment = milliseconds(as_of - BEFORE)
        rows = np.flatnonzero(table.created <= moment)
        if not len(rows):
            return {}
        at = np.full(len(rows), moment)
        if self.outlooks.model is None:
            stages, _since = table.stage_at(rows, at)
            chances, _low, _high = self.outlooks.history.base_rates(stages)
        else:
            model = self.outlooks.model.model
            frame = table.cells(rows, at, self.outlooks.history.usual)
            frame = _with_columns(frame, model.encoder.fields)
            chances = model.chances(TableRows.of(model.encoder, frame))
        return dict(zip(rows.tolist(), chances.tolist(), strict=True))

    def _stale(self, age: float, *, is_untouched: bool) -> str:
        oldest = self.outlooks.history.oldest
        if oldest is not None and age > oldest:
            return StaleReason.OLD
        return StaleReason.UNTOUCHED if is_untouched else ""


def _with_columns(frame: pd.DataFrame, fields: Sequence[Any]) -> pd.DataFrame:
    """A custom field that is gone since the training is not answered."""
    gone = {one.feature.name: None for one in fields if one.feature.name not in frame}
    return frame.assign(**gone) if gone else frame


def _day(as_of: datetime, days: float) -> date | None:
    if np.isnan(days) or days > FAR_DAYS:
        return None
    return (as_of + timedelta(days=days)).date()


def _untouched(deals: Sequence[int], as_of: datetime) -> set[int]:
    """Those that nobody has touched for as long as their stage says."""
    rows = Deal.objects.filter(pk__in=deals, stage__rotting_days__gt=0)
    told = rows.values_list("pk", "touched_at", "created_at", "stage__rotting_days")
    return {
        pk
        for pk, touched, created, days in told
        if as_of - (touched or created) > timedelta(days=days)
    }
