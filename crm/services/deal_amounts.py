"""What deals are worth in the base currency, after rates or the base currency changed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from core import audit
from core.currencies import Rates, current_rates
from core.jobs.questions import ask
from core.models import JobRun, User
from core.upsert import update_rows
from crm.models import Deal

AT_ONCE = 2_000  # more than these are a job's
BATCH = 1_000


def rate_day(deal: Deal) -> date | None:
    """The day whose rate counts: of the closing, else of the expected one; none for the newest."""
    return deal.closed_at.astimezone(UTC).date() if deal.closed_at else deal.close_on


def worth(deal: Deal, rates: Rates) -> Decimal | None:
    return rates.in_base(deal.amount, deal.currency, rate_day(deal))


def affected(currency: str | None) -> Any:
    """The deals whose worth may change with the rates of the currency (None: of all); bin too."""
    deals = Deal.objects.filter(amount__isnull=False)
    return deals if currency is None else deals.filter(currency=currency)


def recalculate(currency: str | None, by: User | None, at: datetime) -> JobRun | None:
    """Reckon the deals anew: at once where they are few, else by a run that is returned."""
    if affected(currency)[AT_ONCE : AT_ONCE + 1].exists():
        scope = {"currency": currency or "", "at": at.isoformat()}
        return ask(kind="crm.deal_amounts", as_of=at, scope=scope, requested_by=by)
    ids = list(affected(currency).values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        recalculate_deals(ids=ids[start : start + BATCH], by=by)
    return None


@transaction.atomic
def recalculate_deals(*, ids: Sequence[int], by: User | None) -> int:
    """Reckon these deals by the rates as they stand once the rows are held; returns the changed."""
    deals = list(Deal.objects.select_for_update().filter(pk__in=ids))
    rates = current_rates()
    changed = [(deal, deal.base_amount, worth(deal, rates)) for deal in deals]
    changed = [it for it in changed if it[1] != it[2]]
    for deal, _before, after in changed:
        deal.base_amount = after
    update_rows([deal for deal, _before, _after in changed], fields=["base_amount"])
    audit.record_all(
        actor=by,
        action="rate.apply",
        changes_by_subject=[
            (deal, {"base_amount": (before, after)}) for deal, before, after in changed
        ],
    )
    return len(changed)
