"""Noting leads whose score is out of date, in the transaction that changes what it is made of."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from analytics.models import StaleScore
from core.upsert import upsert
from crm.models import Activity, Lead

# Record types whose changes may change a score, and how leads hang on them.
CAUSES = {
    "crm.lead": "pk__in",
    "crm.contact": "contact__in",
    "crm.company": "company__in",
    "crm.interaction": "contact__in",  # told by the contacts of the interactions
}
ACTIVITY = "crm.activity"
TYPES = frozenset({*CAUSES, ACTIVITY})


def note_stale(object_type: str, ids: Collection[int]) -> None:
    """Remember the open leads that hang on these records; two queries, whatever their number."""
    leads = _open_leads(object_type, ids)
    if leads:
        now = timezone.now()
        upsert(
            StaleScore, ((pk, now) for pk in sorted(leads)), fields=("lead", "since"), key=("lead",)
        )


def _open_leads(object_type: str, ids: Collection[int]) -> set[int]:
    rows: Any = Lead.objects.open().kept()
    if object_type == ACTIVITY:
        found = rows.filter(pk__in=Activity.objects.filter(pk__in=ids).values("lead"))
    else:
        found = rows.filter(**{CAUSES[object_type]: ids})
    return set(found.values_list("pk", flat=True))


def forget_stale(leads: Collection[int], as_of: Any) -> None:
    """These were scored as of a moment; what changed later still waits."""
    StaleScore.objects.filter(pk__in=leads, since__lte=as_of).delete()
