"""Storing for whom messages change most."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core.upsert import upsert
from crm.models import Contact
from marketing.models import ContactUplift

FIELDS = ("contact", "points", "percentile", "version", "run", "as_of")


@transaction.atomic
def store_uplift(
    said: Iterable[tuple[int, float, int]], *, version: int, run: int, as_of: datetime
) -> int:
    """Write points and percentile by contact, unless what is there is newer; returns rows written."""
    rows = {contact: (points, percentile) for contact, points, percentile in said}
    there = sorted(Contact.objects.filter(pk__in=rows).values_list("pk", flat=True))
    return upsert(
        ContactUplift,
        ((pk, *rows[pk], version, run, as_of) for pk in there),
        fields=FIELDS,
        key=["contact"],
        newer_by="as_of",
    )
