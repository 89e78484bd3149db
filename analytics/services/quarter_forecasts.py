"""Storing what is said of a quarter, a row for each scope and day."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from analytics.models import QuarterForecast
from core.upsert import upsert


@dataclass(frozen=True, slots=True)
class QuarterSaid:
    """The names are the columns of `QuarterForecast`."""

    quarter: date
    day: date
    scope: str
    as_of: datetime
    run: int | None
    won: float
    won_deals: int
    likely: float
    quantiles: list[float]
    parts: dict[str, Any]
    backtest: dict[str, Any]


COLUMNS = [field.name for field in fields(QuarterSaid)]


def store_forecasts(said: Iterable[QuarterSaid]) -> int:
    """Insert or overwrite; what is as of a later moment of the same day stays. Returns rows written."""
    return upsert(
        QuarterForecast,
        ([getattr(row, name) for name in COLUMNS] for row in said),
        fields=COLUMNS,
        key=["quarter", "scope", "day"],
        newer_by="as_of",
    )
