"""Who of an audience was written to often of late, whatever the campaign."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from core.errors import Refused
from core.time_limits import TookTooLong, at_most
from marketing.models import Recipient
from marketing.queries.audiences import SECONDS, Audience, contacts_of

OFTEN = 3
SPAN = timedelta(days=30)


def often_written_to(audience: Audience, at: datetime) -> int | None:
    """Contacts meant that got three letters or more within thirty days; None where nobody can tell in time."""
    sent: Any = Recipient.objects.filter(sent_at__gte=at - SPAN, sent_at__lte=at).order_by()
    often = sent.values("contact").annotate(letters=Count("pk")).filter(letters__gte=OFTEN)
    try:
        with at_most(SECONDS):
            return contacts_of(audience, at).filter(pk__in=often.values("contact")).count()
    except (Refused, TookTooLong):
        return None
