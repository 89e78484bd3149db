"""Storing what the scoring job says."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from core.upsert import upsert
from crm.models import Lead, LeadScore


@dataclass(frozen=True, slots=True)
class ScoredLead:
    """One lead's score; the names are the columns of `LeadScore`.

    A score by points has a fit, an engagement and a cell in the place of a chance.
    """

    lead: int
    version: int
    run: int | None
    as_of: datetime
    score: int
    grade: str
    probability: float | None
    low: float | None
    high: float | None
    reasons: list[dict[str, Any]]
    rest_points: float
    average_score: float
    fit: int | None = None
    engagement: int | None = None
    cell: str = ""


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
