"""Two contacts become one: the stricter word of the two holds, and one message of a campaign."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from marketing.choices import RecipientState
from marketing.models import Consent, ContactPreference, Recipient
from marketing.services.consents import STRICTNESS

SAID = ("state", "source", "detail", "at")


def keep_stricter(loser: int, survivor: int, _at: datetime) -> None:
    """Consents and wishes that both have; what only one has moves by itself."""
    rows = Consent.objects.select_for_update().filter(contact__in=(loser, survivor))
    said: dict[tuple[int, str], dict[int, Consent]] = {}
    for row in rows.order_by("pk"):
        said.setdefault((row.purpose_id, row.channel), {})[row.contact_id] = row
    for both in said.values():
        if len(both) == 2:  # of the two contacts
            _keep_consent(both[loser], both[survivor])
    wishes = ContactPreference.objects.select_for_update().filter(contact__in=(loser, survivor))
    of = {each.contact_id: each for each in wishes.order_by("pk")}
    if len(of) == 2:
        _keep_wishes(of[loser], of[survivor])


def keep_written(loser: int, survivor: int, _at: datetime) -> None:
    """Of two recipients of a campaign the one who was written to, then the one who was not left out.

    Nobody gets it twice by becoming one, nor never; what comes back finds its recipient by the number of the message.
    """
    rows = Recipient.objects.select_for_update().filter(contact__in=(loser, survivor))
    of: dict[int, dict[int, Recipient]] = {}
    for row in rows.order_by("pk"):
        of.setdefault(row.campaign_id, {})[row.contact_id] = row
    for both in of.values():
        if len(both) == 2 and _standing(both[loser]) > _standing(both[survivor]):
            both[survivor].delete()


def _standing(row: Recipient) -> int:
    if row.begun_at is not None or row.sent_at is not None:
        return 2
    return 0 if row.state == RecipientState.SKIPPED else 1


def _keep_consent(goes: Consent, stays: Consent) -> None:
    """Of two equal words the newer one."""
    rank = {row.pk: (STRICTNESS[row.state], row.at) for row in (goes, stays)}  # type: ignore[index]  # values of the choices
    if rank[goes.pk] > rank[stays.pk]:
        for name in SAID:
            setattr(stays, name, getattr(goes, name))
        stays.save(update_fields=SAID)


def _keep_wishes(goes: ContactPreference, stays: ContactPreference) -> None:
    stays.week_cap = _least((goes.week_cap, stays.week_cap))
    stays.month_cap = _least((goes.month_cap, stays.month_cap))
    paused = [each for each in (goes.paused_until, stays.paused_until) if each is not None]
    stays.paused_until = max(paused, default=None)
    stays.is_untracked = goes.is_untracked or stays.is_untracked
    stays.at = max(goes.at, stays.at)
    stays.save()


def _least(caps: Sequence[int | None]) -> Any:
    return min((cap for cap in caps if cap is not None), default=None)
