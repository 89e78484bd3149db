"""What products bring: the amounts of deals shared out over their lines."""

from typing import Any

from django.db.models import Case, Count, DecimalField, F, OuterRef, Subquery, Sum, When
from django.db.models.functions import Cast

from crm.models import DealLine

__all__ = ["product_rows"]

CHUNK = 2_000
PRICE: Any = F("quantity") * F("unit_price") * (1 - F("discount_rate"))
AMOUNT = DecimalField(max_digits=30, decimal_places=6)


def product_rows(deals: Any, period: Any) -> Any:
    """Period, product, revenue, deals; `period` is that of a line.

    A deal of 900 with lines of 200 and 100 brings 600 and 300: what was agreed on counts, not the list.
    """
    lines = DealLine.objects.filter(deal=OuterRef("deal_id")).values("deal")
    whole = lines.annotate(whole=Sum(PRICE, output_field=AMOUNT)).values("whole")
    rows = DealLine.objects.filter(deal__in=deals.values("pk")).annotate(
        period=period,
        price=Cast(PRICE, AMOUNT),
        whole=Subquery(whole, output_field=AMOUNT),
    )
    share = Case(
        When(whole__gt=0, then=F("deal__base_amount") * F("price") / F("whole")),
        output_field=AMOUNT,
    )
    grouped = rows.values("period", "product_id").annotate(
        revenue=Sum(share), deals=Count("deal", distinct=True)
    )
    columns = grouped.order_by().values_list("period", "product_id", "revenue", "deals")
    return columns.iterator(chunk_size=CHUNK)
