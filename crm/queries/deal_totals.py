"""What deals add up to: in the base currency only, so that totals never mix currencies."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from core.currencies import CENT, base_currency
from crm.models import Deal


@dataclass(frozen=True)
class DealTotals:
    """`total` and `weighted` (by the chance) are in `currency`; those without a rate are left out."""

    count: int
    total: Decimal
    weighted: Decimal
    currency: str
    without_rate: int = 0

    @property
    def remark(self) -> str:
        """How many deals the totals leave out; empty when none."""
        if not self.without_rate:
            return ""
        sentence = ngettext(
            "%(count)s deal without a rate", "%(count)s deals without a rate", self.without_rate
        )
        return sentence % {"count": self.without_rate}


# A hundredth is taken at the end: SQLite divides whole numbers without a remainder.
WEIGHTED = F("base_amount") * Coalesce("probability", "stage__probability")
AGGREGATES: dict[str, Any] = {
    "count": Count("pk"),
    "total": Sum("base_amount"),
    "weighted": Sum(WEIGHTED),
    "without_rate": Count("pk", filter=Q(amount__isnull=False, base_amount__isnull=True)),
}


def totals_of(deals: "QuerySet[Deal]") -> DealTotals:
    """Count, sum and weighted sum of any deals, in one query."""
    return _totals(deals.order_by().aggregate(**AGGREGATES), base_currency())


def totals_by_stage(deals: "QuerySet[Deal]") -> dict[int, DealTotals]:
    """The same for each stage that has deals."""
    currency = base_currency()
    rows: Any = deals.order_by().values("stage_id").annotate(**AGGREGATES)
    return {row["stage_id"]: _totals(row, currency) for row in rows}


def _totals(row: dict[str, Any], currency: str) -> DealTotals:
    total, weighted = (Decimal(str(row[name] or 0)) for name in ("total", "weighted"))
    return DealTotals(
        row["count"],
        total.quantize(CENT),
        (weighted / 100).quantize(CENT),
        currency,
        row["without_rate"],
    )
