"""Storing what the scoring job says."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from core.upsert import upsert
from crm.models import Lead, LeadScore


@dataclass(frozen=True, slots=True)
class ScoredLead:
    """One lead's score; the names are the columns of `LeadScore`."""

    lead: int
    version: int
    run: int | None
    as_of: datetime
    score: int
    grade: str
    probability: float
    low: float
    high: float
    reasons: list[dict[str, Any]]
    rest_points: float
    average_score: float


COLUMNS = [field.name for field in fields(ScoredLead)]


def store_lead_scores(scored: Iterable[ScoredLead]) -> int:
    """Insert or overwrite; a score as of a later moment stays. Returns rows written.

    Leads that were deleted since they were read are left out.
    """
    rows = {row.lead: row for row in scored}
    there = set(Lead.objects.filter(pk__in=rows).values_list("pk", flat=True))
    return upsert(
        LeadScore,
        (_values(row) for pk, row in rows.items() if pk in there),
        fields=COLUMNS,
        key=["lead"],
        newer_by="as_of",
    )


def _values(row: ScoredLead) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in COLUMNS)
