"""Months in which customers bought again, and leads were converted, by the month they came in."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, DateField
from django.db.models.functions import TruncMonth

from crm.choices import LeadStatus
from crm.models import Lead
from crm.queries.purchases import Purchases

__all__ = ["Cell", "Cohorts", "lead_cohorts", "purchase_cohorts"]

# Month of the cohort, a month since, people, value.
Cell = tuple[date, date, int, Any]
Cohorts = tuple[list[Cell], dict[date, int]]


def purchase_cohorts(purchases: Purchases) -> Cohorts:
    """Who bought in which month, by the month of their first purchase, and how many those are."""
    cells = list(purchases.cohorts())
    return cells, {month: people for month, later, people, _amount in cells if later == month}


def lead_cohorts(as_of: datetime, zone: Any) -> Cohorts:
    """Who was converted in which month, by the month of the capture, and how many were captured."""
    month = TruncMonth("captured_at", output_field=DateField(), tzinfo=zone)
    leads = Lead.objects.kept().filter(captured_at__lt=as_of).annotate(month=month).order_by()
    sizes = dict(leads.values_list("month").annotate(Count("pk")))
    later = TruncMonth("closed_at", output_field=DateField(), tzinfo=zone)
    won = leads.filter(status=LeadStatus.CONVERTED, closed_at__lt=as_of).annotate(later=later)
    found = won.values_list("month", "later").annotate(Count("pk"))
    # Somebody enters today when a lead came last year: what was closed before belongs to its first month.
    cells: dict[tuple[date, date], int] = {}
    for first, closed, number in found:
        place = (first, max(first, closed))
        cells[place] = cells.get(place, 0) + number
    return [(first, closed, number, 0) for (first, closed), number in sorted(cells.items())], sizes
