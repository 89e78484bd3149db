"""What is known of people's consents: their trail, what they may choose from, who a link is of now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from core.company import company
from crm.models import Contact, MergedRecord
from marketing.choices import Channel, ConsentState
from marketing.models import Consent, ConsentEvent, Purpose, Suppression

MOST_HOPS = 10
# Languages are written in many ways: `zh`, `zh_CN`, `zh-Hans`.
CHINESE = "zh"


def contact_now(pk: int) -> Contact | None:
    """The contact that a link of a letter is of: where it was merged, the one that stayed."""
    for _hop in range(MOST_HOPS):
        contact = Contact.objects.filter(pk=pk).first()
        if contact is None or contact.deleted_at is None:
            return contact
        merged = MergedRecord.objects.filter(object_type="crm.contact", loser_id=pk, undone_at=None)
        survivor = merged.order_by("-pk").values_list("survivor_id", flat=True).first()
        if survivor is None:
            return contact
        pk = survivor
    return None


def language_of(contact: Contact | None) -> str:
    """The language in which a person is spoken to, of those that the company offers."""
    said = (contact.language if contact is not None else "").strip().lower().replace("_", "-")
    known = dict(settings.LANGUAGES)
    if said not in known:
        main = said.partition("-")[0]
        said = "zh-hans" if main == CHINESE else main
    return company().spoken(said)


def public_name(purpose: Purpose, language: str = "") -> str:
    """What recipients call it."""
    names: Mapping[str, str] = purpose.public_names
    wanted = language or get_language() or settings.LANGUAGE_CODE
    return names.get(wanted) or names.get(settings.LANGUAGE_CODE) or purpose.name


def masked(address: str) -> str:
    """Enough of an address for its owner, too little for somebody who looks over the shoulder.

    >>> masked("ada.lovelace@example.org")
    'a…e@example.org'
    """
    name, at, domain = address.partition("@")
    return f"{name[:1]}…{name[-1:]}{at}{domain}" if len(name) > 2 else f"…{at}{domain}"


@dataclass(frozen=True)
class Choice:
    """A purpose on a channel, and what a person has said of it."""

    purpose: Purpose
    channel: Channel
    consent: Consent | None
    name: str

    @property
    def key(self) -> str:
        return f"{self.purpose.pk}-{self.channel.value}"

    @property
    def state(self) -> str:
        return self.consent.state if self.consent is not None else ""

    @property
    def is_given(self) -> bool:
        return self.state == ConsentState.GRANTED


def choices_of(contact: Contact) -> list[Choice]:
    """What a person may choose: all purposes by e-mail, and by SMS where there is a number or a word."""
    said = {(row.purpose_id, row.channel): row for row in Consent.objects.filter(contact=contact)}
    channels = [Channel.EMAIL, *([Channel.SMS] if contact.mobile else [])]
    found = []
    for purpose in Purpose.objects.in_use():
        for channel in Channel:
            consent = said.get((purpose.pk, channel.value))
            if consent is not None or channel in channels:
                found.append(Choice(purpose, channel, consent, public_name(purpose)))
    return found


def trail_of(contact: int, most: int = 50) -> Sequence[ConsentEvent]:
    """What was said, the newest first."""
    rows = ConsentEvent.objects.filter(contact=contact).select_related("purpose", "by")
    return list(rows.order_by("-pk")[:most])


def suppression_of(contact: Contact) -> Suppression | None:
    if not contact.email_key:
        return None
    return Suppression.objects.filter(address_key=contact.email_key).first()


def own_data(contact: Contact) -> dict[str, Any]:
    """All that is kept on a person's consent, for the person."""
    wishes = getattr(contact, "message_preference", None)
    suppression = suppression_of(contact)
    return {
        "address": contact.email,
        "consents": [
            {
                "purpose": choice.name,
                "channel": choice.channel.value,
                "state": choice.state or None,
                "since": _moment(choice.consent.at if choice.consent is not None else None),
            }
            for choice in choices_of(contact)
        ],
        "history": [
            {
                "purpose": public_name(event.purpose),
                "channel": event.channel,
                "state": event.state,
                "source": event.source,
                "details": event.detail,
                "at": _moment(event.at),
            }
            for event in trail_of(contact.pk, most=1_000)
        ],
        "wishes": {
            "messages_in_7_days": wishes.week_cap if wishes else None,
            "messages_in_30_days": wishes.month_cap if wishes else None,
            "paused_until": _moment(wishes.paused_until if wishes else None),
            "opens_and_clicks_are_counted": not (wishes and wishes.is_untracked),
        },
        "suppressed_since": _moment(suppression.at if suppression is not None else None),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
