"""The people around a record: whom a meeting about it may bring together."""

from typing import Any

from django.db.models import Q

from core.models import User
from crm.models import Company, Contact, Deal

MOST = 20


def people_around(record: Any, user: User) -> list[Contact]:
    """The record's contact, those of its company, those who take part; the last touched first."""
    company = record if isinstance(record, Company) else record.company
    contact = record if isinstance(record, Contact) else getattr(record, "contact", None)
    around = Q(pk=contact.pk) if contact is not None else Q()
    if company is not None:
        around |= Q(company=company)
    if isinstance(record, Deal):
        parts = record.participants.values_list("contact_id", flat=True)
        around |= Q(pk__in=list(parts[:MOST]))
    if not around:
        return []
    return list(
        Contact.objects.visible_to(user).filter(around).order_by("-touched_at", "pk")[:MOST]
    )
