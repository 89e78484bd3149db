"""The reasons and competitors that are offered."""

from typing import Any

from crm.choices import UNFIT, StageKind
from crm.models import CloseReason, Competitor


def reasons_for(kind: str) -> list[CloseReason]:
    """Those for deals that end so, in order."""
    return list(CloseReason.objects.filter(kind=kind, is_archived=False))


def competitors_offered() -> list[Competitor]:
    return list(Competitor.objects.filter(is_archived=False))


def closing_page() -> dict[str, Any]:
    """All of them, for the page of settings: two queries."""
    reasons = list(CloseReason.objects.all())
    competitors = list(Competitor.objects.all())
    kinds = (StageKind.LOST, StageKind.WON, UNFIT)
    return {
        "kinds": [
            {
                "kind": kind,
                "rows": [row for row in reasons if row.kind == kind and not row.is_archived],
            }
            for kind in kinds
        ],
        "competitors": [row for row in competitors if not row.is_archived],
        "archived_reasons": [row for row in reasons if row.is_archived],
        "archived_competitors": [row for row in competitors if row.is_archived],
    }
