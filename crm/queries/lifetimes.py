"""What pages bring along of what contacts bought."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from crm.models import ContactLifetime


def with_lifetime(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Contacts with what they bought, and which version of the model spoke."""
    whole = rows.select_related("lifetime__version")
    return whole.defer("lifetime__version__metrics", "lifetime__version__features")


def with_buyers(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Companies with `has_buyers`, so that the pages of most ask nothing more."""
    there = ContactLifetime.objects.filter(contact__company=OuterRef("pk"))
    found: QuerySet[Any] = rows.annotate(has_buyers=Exists(there))
    return found
