"""Storing what contacts have bought and will probably still buy."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from core.upsert import upsert
from crm.models import Contact, ContactLifetime


@dataclass(frozen=True, slots=True)
class LifetimeSaid:
    """What is said of one contact; the names are the columns of `ContactLifetime`."""

    contact: int
    version: int
    run: int | None
    as_of: datetime
    first_on: date
    last_on: date
    purchases: int
    total: float | None
    alive: float | None = None
    expected: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    value: float | None = None
    value_low: float | None = None
    value_high: float | None = None
    risk: float | None = None
    risk_by: str = ""
    at_risk: float | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)


COLUMNS = [each.name for each in fields(LifetimeSaid)]


@transaction.atomic
def store_lifetimes(
    said: Iterable[LifetimeSaid], *, lowest: int, highest: int, as_of: datetime
) -> int:
    """Write what is said of the contacts with these numbers; who has bought nothing any more has no row.

    What is as of a later moment stays, and contacts that were deleted since they were read are left out.
    Returns rows written.
    """
    rows = {row.contact: row for row in said}
    there = sorted(Contact.objects.filter(pk__in=rows).values_list("pk", flat=True))
    within = ContactLifetime.objects.filter(contact__gte=lowest, contact__lte=highest)
    within.filter(as_of__lt=as_of).exclude(contact__in=there).delete()
    return upsert(
        ContactLifetime,
        # In one order, so that writers of the same rows never wait for each other.
        ([getattr(rows[pk], name) for name in COLUMNS] for pk in there),
        fields=COLUMNS,
        key=["contact"],
        newer_by="as_of",
    )
