"""Noting deals whose outlook is out of date, in the transaction that changes what it is made of."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from analytics.models import StaleOutlook
from core.upsert import upsert
from crm.models import Activity, Deal

# Record types whose changes change how a deal stands; all else waits for the night.
DEAL, ACTIVITY = "crm.deal", "crm.activity"
TYPES = frozenset({DEAL, ACTIVITY})


def note_stale_deals(object_type: str, ids: Collection[int]) -> None:
    """Remember the open deals among these records, or those that these activities are about."""
    rows: Any = Deal.objects.open().kept()
    if object_type == ACTIVITY:
        found = rows.filter(pk__in=Activity.objects.filter(pk__in=ids).values("deal"))
    else:
        found = rows.filter(pk__in=ids)
    now = timezone.now()
    waiting = [(pk, now) for pk in sorted(found.values_list("pk", flat=True))]
    if waiting:
        upsert(StaleOutlook, waiting, fields=("deal", "since"), key=("deal",))


def forget_stale_deals(deals: Collection[int], as_of: Any) -> None:
    """These were looked at as of a moment; what changed later still waits."""
    StaleOutlook.objects.filter(pk__in=deals, since__lte=as_of).delete()
