"""The one question of whoever sends: which of these contacts may not be written to, and why.

Asked at the moment of sending, in a constant number of queries for any number of contacts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Contact
from marketing.choices import ConsentState
from marketing.models import Consent, ContactPreference, Suppression
from marketing.queries.message_options import options
from marketing.queries.standing import (
    BINNED,
    CAPPED,
    NO_ADDRESS,
    NO_CONSENT,
    PAUSED,
    PENDING,
    SUPPRESSED,
    WITHDRAWN,
    Standing,
    address_of,
    caps_of,
    counts_of,
    sent_counts,
)

SENTENCES: Mapping[str, Promise] = {
    BINNED: _("The contact is in the bin or gone."),
    NO_ADDRESS: _("The contact has no address for this channel."),
    SUPPRESSED: _("The address is on the suppression list."),
    WITHDRAWN: _("The person has withdrawn the consent to this purpose."),
    PENDING: _("The person has not confirmed the consent yet."),
    NO_CONSENT: _("The person has not agreed to this purpose."),
    PAUSED: _("The person wants no messages for a time."),
    CAPPED: _("The person has had as many messages of late as the limit allows."),
}
OF_STATE = {
    ConsentState.WITHDRAWN.value: WITHDRAWN,
    ConsentState.PENDING.value: PENDING,
    ConsentState.GRANTED.value: "",
}
COLUMNS = ("pk", "deleted_at", "email_key", "mobile")


@dataclass(frozen=True)
class Refusal:
    """Why somebody is not written to: a word for the database, a sentence for people."""

    code: str

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code])

    def __str__(self) -> str:
        return self.sentence


def refusals(
    contacts: Collection[int], *, purpose: int, channel: str, at: datetime
) -> dict[int, Refusal]:
    """Of these contacts those who may not be written to, each with the first reason against it."""
    asked = set(contacts)
    rows = {row["pk"]: row for row in Contact.objects.filter(pk__in=asked).values(*COLUMNS)}
    addresses = {pk: address_of(row, channel) for pk, row in rows.items()}
    said = Consent.objects.filter(contact__in=asked, purpose=purpose, channel=channel)
    states = dict(said.values_list("contact", "state"))
    suppressed = _suppressed(set(addresses.values()) - {""})
    late = _Lately(set(rows), addresses, at)
    found: dict[int, Refusal] = {}
    for pk in asked:
        row = rows.get(pk)
        if row is None or row["deleted_at"] is not None:
            code = BINNED
        elif not addresses[pk]:
            code = NO_ADDRESS
        elif addresses[pk] in suppressed:
            code = SUPPRESSED
        else:
            state = states.get(pk)
            code = OF_STATE[state] if state is not None else NO_CONSENT
            code = code or late.refusal(pk)
        if code:
            found[pk] = Refusal(code)
    return found


class _Lately:
    """What people want for a time, and how often they were written to of late."""

    def __init__(self, contacts: set[int], addresses: Mapping[int, str], at: datetime) -> None:
        self.at = at
        self.addresses = addresses
        rows = ContactPreference.objects.filter(contact__in=contacts)
        self.preferences = {each.contact_id: each for each in rows}
        self.options = options()
        is_capped = any(
            cap is not None
            for each in (None, *self.preferences.values())
            for cap in caps_of(each, self.options)
        )
        self.sent = sent_counts(set(addresses.values()) - {""}, at) if is_capped else {}

    def refusal(self, contact: int) -> str:
        preference = self.preferences.get(contact)
        until = preference.paused_until if preference is not None else None
        if until is not None and until > self.at:
            return PAUSED
        sent = self.sent.get(self.addresses[contact], (0, 0))
        caps = caps_of(preference, self.options)
        is_over = any(cap is not None and n >= cap for cap, n in zip(caps, sent, strict=True))
        return CAPPED if is_over else ""


def _suppressed(addresses: Collection[str]) -> set[str]:
    rows = Suppression.objects.filter(address_key__in=addresses)
    return set(rows.values_list("address_key", flat=True))


def untracked(contacts: Collection[int]) -> set[int]:
    """Those of whom neither opens nor clicks may be counted."""
    rows = ContactPreference.objects.filter(contact__in=contacts, is_untracked=True)
    return set(rows.values_list("contact", flat=True))


def refusal_counts(
    audience: "QuerySet[Any]", *, purpose: int, channel: str, at: datetime
) -> dict[str, int]:
    """How many of an audience may be written to (under the empty text), and why others may not.

    `audience` is a QuerySet of contacts, each in it once.
    """
    return counts_of(Standing(purpose, channel, at).judged(audience))
