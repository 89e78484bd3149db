"""How fast messages leave: slots of time that all workers take from the same rows."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from core.upsert import insert_new
from marketing.models import MailSettings, Pace

ALL = "all"
ANY_DOMAIN = "*"
MINUTE = timedelta(minutes=1)


def campaign_key(campaign: int) -> str:
    return f"campaign:{campaign}"


def domain_key(domain: str) -> str:
    return f"domain:{domain}"


@transaction.atomic
def take_slots(
    key: str, count: int, per_minute: int, *, at: datetime, until: datetime | None = None
) -> list[datetime]:
    """The next free moments, a minute's part after each other; none after `until`.

    Moments that have passed unused are gone: whoever was silent for an hour does not catch up.
    """
    insert_new(Pace, [(key, at)], fields=["key", "next_at"])
    row = Pace.objects.select_for_update().get(key=key)
    step, first = MINUTE / per_minute, max(row.next_at, at)
    slots = [first + step * number for number in range(count)]
    taken = [slot for slot in slots if until is None or slot <= until]
    if taken:
        Pace.objects.filter(pk=row.pk).update(next_at=taken[-1] + step)
    return taken


def limit_of(domain: str, limits: Mapping[str, int]) -> int | None:
    """How many messages a minute the domain gets at most; None where nothing is said.

    >>> limit_of("example.org", {"*": 60, "gmail.com": 600}), limit_of("a.org", {})
    (60, None)
    """
    return limits.get(domain, limits.get(ANY_DOMAIN))


def mail_settings() -> MailSettings:
    """The settings, as shipped where nobody has changed them."""
    return MailSettings.objects.filter(pk=1).first() or MailSettings(pk=1)
