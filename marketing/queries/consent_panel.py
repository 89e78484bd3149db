"""The panel of consent on the page of a contact."""

from typing import Any

from core.models import User
from core.permissions import access_of
from crm.models import Contact
from marketing.models import ContactPreference
from marketing.queries.consents import choices_of, suppression_of, trail_of

TRAIL = 8


def place_of(contact: Contact, user: User) -> dict[str, Any] | None:
    """Only where they will stand: they are read by a request of their own."""
    return {"contact": contact} if access_of(user).may("marketing.consent.view") else None


def consents_of(contact: Contact, user: User) -> dict[str, Any]:
    """Who agreed to what since when on whose word."""
    access = access_of(user)
    sees_address = access.sees("crm.contact.email")
    return {
        "contact": contact,
        "choices": choices_of(contact),
        "suppression": suppression_of(contact) if sees_address else None,
        "wishes": ContactPreference.objects.filter(contact=contact)
        .select_related("noted_by")
        .first(),
        "trail": trail_of(contact.pk, TRAIL),
        "may_note": access.may("marketing.consent.edit"),
    }
