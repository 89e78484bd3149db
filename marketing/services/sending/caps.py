"""Limits of how often a person is written to, once more at the moment of handing over.

Permission was asked when rows were claimed; meanwhile another campaign may have begun to write to the same people. What
is begun counts here as sent, and whoever counts an address has it for himself until his own intent is committed.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Coalesce

from core.locks import lock_all_for_transaction
from marketing.choices import RecipientState
from marketing.models import ContactPreference, Recipient
from marketing.queries.message_options import options
from marketing.queries.standing import CAPS, MONTH, caps_of
from marketing.services.sending.claims import settle

ASKED_AGAIN = timedelta(minutes=1)  # by then the other campaign's message has left, or not


def within_caps(key: str, pks: Sequence[int], *, at: datetime) -> list[int]:
    """Of rows that are about to begin, those whose people are not at their limit; the others wait a minute.

    In the transaction that begins them.
    """
    rows = list(Recipient.objects.filter(pk__in=pks).only("pk", "contact_id", "address_key"))
    wishes = ContactPreference.objects.filter(contact__in=[row.contact_id for row in rows])
    preferences = {each.contact_id: each for each in wishes}
    told = options()
    caps = {row.pk: caps_of(preferences.get(row.contact_id), told) for row in rows}
    capped = [row for row in rows if any(cap is not None for cap in caps[row.pk])]
    if not capped:
        return list(pks)
    addresses = {row.address_key for row in capped}
    lock_all_for_transaction(f"marketing.cap.{address}" for address in addresses)
    counted = _counts(addresses, pks, at)
    over = {
        row.pk
        for row in capped
        if any(
            cap is not None and number >= cap
            for cap, number in zip(caps[row.pk], counted[row.address_key], strict=True)
        )
    }
    settle(
        key,
        over,
        was_begun=False,
        state=RecipientState.WAITING,
        claim="",
        due_at=at + ASKED_AGAIN,
        reason="",
    )
    return [pk for pk in pks if pk not in over]


def _counts(
    addresses: Collection[str], besides: Collection[int], at: datetime
) -> dict[str, tuple[int, ...]]:
    """Sent, or begun and perhaps taken, in each cap's days; without the rows that ask.

    Without an end: what another worker has sent while this one waited for its turn counts, too.
    """
    since = at - timedelta(days=MONTH)
    begun = Q(sent_at=None, begun_at__gt=since) & Q(
        state__in=(RecipientState.TAKEN, RecipientState.UNKNOWN)
    )
    rows = Recipient.objects.filter(Q(sent_at__gt=since) | begun, address_key__in=addresses)
    moments = list(
        rows.exclude(pk__in=besides).values_list("address_key", Coalesce("sent_at", "begun_at"))
    )
    of_days = [
        Counter(address for address, moment in moments if moment > at - timedelta(days=days))
        for _name, days in CAPS
    ]
    return {address: tuple(counts[address] for counts in of_days) for address in addresses}
