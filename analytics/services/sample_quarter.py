"""Quotas and calls of the sample company: what each of its people sold lately, and what they hope for."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum

from analytics.models import Quota, Submission
from analytics.models.quarters import Quarter, this_quarter
from analytics.queries.quarter_calls import Categories, categories_of
from core.company import company
from core.models import SampleData, User
from crm.models import Deal

QUARTERS = 4  # of which the average is asked for
GROWTH = Decimal("1.35")
STEP = 5_000
# What people add to what is won and committed, and how many days ago they said so; some said nothing.
HOPES = (
    (Decimal("0.45"), 2),
    (Decimal("0.3"), 5),
    (Decimal("0.6"), 1),
    None,
    (Decimal("0.35"), 10),
)
NOTES = ("", "Two contracts are with legal", "", "", "Waiting for the budget round")


@transaction.atomic
def give_sample_quarter(*, as_of: datetime) -> int:
    """Quotas and calls for the sample people who have none; returns how many quotas were set."""
    if not SampleData.objects.exists():
        return 0
    quarter = this_quarter(as_of)
    people: Any = User.objects.filter(is_sample=True, is_active=True).order_by("email")
    sold = _sold(quarter)
    asked = Quota.objects.filter(quarter=quarter.first, user__in=people).values("user")
    new = [one for one in people.exclude(pk__in=asked) if sold.get(one.pk)]
    Quota.objects.bulk_create(
        Quota(quarter=quarter.first, user=one, amount=_rounded(sold[one.pk])) for one in new
    )
    called = set(Submission.objects.filter(quarter=quarter.first).values_list("user_id", flat=True))
    Submission.objects.bulk_create(
        call
        for place, one in enumerate(new)
        if one.pk not in called and (call := _call(one, quarter, place, as_of)) is not None
    )
    return len(new)


def _sold(quarter: Quarter) -> dict[int, Decimal]:
    """What each person sold in a quarter of the last year, on average."""
    zone = company().time_zone
    first, last = quarter.before(QUARTERS).starts(zone), quarter.starts(zone)
    won = Deal.objects.won().filter(is_sample=True, closed_at__gte=first, closed_at__lt=last)
    rows = won.values_list("owner").annotate(total=Sum("base_amount"))
    return {owner: total / QUARTERS for owner, total in rows if owner and total}


def _rounded(average: Decimal) -> Decimal:
    return Decimal(max(1, round(average * GROWTH / STEP)) * STEP)


def _call(user: User, quarter: Quarter, place: int, as_of: datetime) -> Submission | None:
    hope = HOPES[place % len(HOPES)]
    if hope is None:
        return None
    share, days = hope
    sums: Categories = categories_of(user.pk, quarter)
    amount = sums.closed + share * (sums.commit + sums.best_case + sums.pipeline)
    return Submission(
        quarter=quarter.first,
        user=user,
        amount=Decimal(round(amount / 1_000) * 1_000),
        closed=sums.closed,
        commit=sums.commit,
        best_case=sums.best_case,
        pipeline=sums.pipeline,
        note=NOTES[place % len(NOTES)],
        at=as_of - timedelta(days=days),
    )
