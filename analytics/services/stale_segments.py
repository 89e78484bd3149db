"""Noting contacts whose segment is out of date, in the transaction that changes what it is made of."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone

from analytics.models import StaleSegment
from core.upsert import upsert
from crm.models import Contact, Deal

# What changes who somebody is or what they bought; notes and companies wait for the night.
CONTACT, INTERACTION, DEAL = "crm.contact", "crm.interaction", "crm.deal"
TYPES = frozenset({CONTACT, INTERACTION, DEAL})


def note_stale_segments(object_type: str, ids: Collection[int]) -> None:
    """Remember these contacts, or those that these deals are with; interactions tell their contacts."""
    rows: Any = Contact.objects.kept()
    if object_type == DEAL:
        found = rows.filter(pk__in=Deal.objects.filter(pk__in=ids).values("contact"))
    else:
        found = rows.filter(pk__in=ids)
    now = timezone.now()
    waiting = [(pk, now) for pk in sorted(found.values_list("pk", flat=True))]
    if waiting:
        upsert(StaleSegment, waiting, fields=("contact", "since"), key=("contact",))


def forget_stale_segments(contacts: Collection[int], as_of: datetime) -> None:
    """These were looked at as of a moment; what changed later still waits."""
    StaleSegment.objects.filter(pk__in=contacts, since__lte=as_of).delete()
