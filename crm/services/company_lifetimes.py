"""Adding up what the people of companies have bought and will probably still buy, and storing it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Sum

from core.upsert import upsert
from crm.models import Company, CompanyLifetime, ContactLifetime, ContactSegment


@dataclass(frozen=True, slots=True)
class CompanyTotals:
    """What is said of one company; the names are the columns of `CompanyLifetime`."""

    company: int
    run: int | None
    as_of: datetime
    buyers: int
    last_on: date | None
    total: Decimal | None
    value: Decimal | None
    at_risk: Decimal | None
    segment: int | None


COLUMNS = [each.name for each in fields(CompanyTotals)]
NOTHING: Mapping[str, Any] = {
    "buyers": 0,
    "last_on": None,
    "total": None,
    "value": None,
    "at_risk": None,
}


def company_totals(
    lowest: int, highest: int, *, run: int | None, as_of: datetime
) -> list[CompanyTotals]:
    """The sums of the companies with these numbers: two questions, whatever their number."""
    bought = _bought(lowest, highest)
    segments = _segments(lowest, highest)
    return [
        CompanyTotals(
            company=pk, run=run, as_of=as_of, segment=segments.get(pk), **bought.get(pk, NOTHING)
        )
        for pk in sorted({*bought, *segments})
    ]


def _bought(lowest: int, highest: int) -> dict[int, dict[str, Any]]:
    rows = ContactLifetime.objects.filter(
        contact__company__gte=lowest, contact__company__lte=highest, contact__deleted_at=None
    )
    summed = (
        rows.order_by()
        .values("contact__company")
        .annotate(
            buyers=Count("pk"),
            last=Max("last_on"),
            bought=Sum("total"),
            ahead=Sum("value"),
            risked=Sum("at_risk"),
        )
    )
    return {
        row["contact__company"]: {
            "buyers": row["buyers"],
            "last_on": row["last"],
            "total": row["bought"],
            "value": row["ahead"],
            "at_risk": row["risked"],
        }
        for row in summed
    }


def _segments(lowest: int, highest: int) -> dict[int, int]:
    """The segment of most value so far; where nobody has bought, of most people."""
    rows = ContactSegment.objects.filter(
        contact__company__gte=lowest,
        contact__company__lte=highest,
        contact__deleted_at=None,
        segment__is_current=True,
    )
    weighed = (
        rows.order_by()
        .values("contact__company", "segment")
        .annotate(people=Count("pk"), bought=Sum("contact__lifetime__total"))
    )
    best: dict[int, tuple[Decimal, int, int]] = {}
    for company, segment, people, bought in weighed.values_list(
        "contact__company", "segment", "people", "bought"
    ):
        weight = (bought or Decimal(0), people, -segment)
        best[company] = max(best.get(company, weight), weight)
    return {company: -weight[2] for company, weight in best.items()}


@transaction.atomic
def store_company_totals(
    said: Iterable[CompanyTotals], *, lowest: int, highest: int, as_of: datetime
) -> int:
    """Write what is said of the companies with these numbers; of whom nothing is said any more has no row.

    What is as of a later moment stays, and companies that were deleted meanwhile are left out.
    """
    rows = {row.company: row for row in said}
    there = sorted(Company._base_manager.filter(pk__in=rows).values_list("pk", flat=True))
    within = CompanyLifetime.objects.filter(company__gte=lowest, company__lte=highest)
    within.filter(as_of__lt=as_of).exclude(company__in=there).delete()
    return upsert(
        CompanyLifetime,
        ([getattr(rows[pk], name) for name in COLUMNS] for pk in there),
        fields=COLUMNS,
        key=["company"],
        newer_by="as_of",
    )
