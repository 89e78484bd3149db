"""Answers of people to messages of campaigns: noted once with the recipient, on the timeline, and told to whoever looks after them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from core import permissions
from core.locks import lock_for_transaction
from core.models import User
from core.notifying import notify
from core.strangers import kept
from crm.choices import InteractionKind
from crm.models import Contact
from crm.services.interactions import NewInteraction, record_interactions
from marketing.choices import ConsentSource
from marketing.models import Campaign, Recipient
from marketing.queries.consents import contact_now
from marketing.services.public_links import Unsubscribing
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.senders import sender_of
from marketing.services.wishes import unsubscribe

KIND = "campaign_answer"
ANSWERED = gettext_noop("%(contact)s has answered “%(campaign)s”.")
MOST_TEXT = 4_000
# The whole of an answer, as people write it who have learned it from text messages and lists.
LEAVING = frozenset(
    {
        *("unsubscribe", "please unsubscribe", "unsubscribe me", "please unsubscribe me", "stop"),
        *("退订", "请退订", "我要退订", "取消订阅", "请取消订阅", "td"),
    }
)
SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Answered:
    """What a person wrote: to which of our messages (their numbers, the nearest first), and the message's own number."""

    keys: tuple[str, ...]
    sender: str
    number: str
    at: datetime | None = None
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", tuple(kept(key) for key in self.keys))
        for name in ("sender", "number", "text"):
            object.__setattr__(self, name, kept(getattr(self, name)))

    @property
    def is_leaving(self) -> bool:
        """Whether all that it says is that the person wants no more.

        >>> [Answered((), "", "", text=text).is_leaving for text in ("TD.", " 退订！", "Do not stop")]
        [True, True, False]
        """
        said = unicodedata.normalize("NFKC", self.text).casefold()
        return SIGNS.sub(" ", said).strip() in LEAVING


def take_answer(answered: Answered, *, at: datetime) -> bool:
    """Note it; False where it answers nothing that we sent, or is our own side of the conversation."""
    recipient = _recipient(answered)
    if recipient is None or _is_ours(answered.sender, recipient):
        return False
    moment = min(answered.at or at, at)
    moment = max(moment, recipient.sent_at or moment)
    with transaction.atomic():
        if answered.is_leaving:
            _leave(recipient, answered.text, moment)
        else:
            _note(recipient, answered, moment)
    return True


def _recipient(answered: Answered) -> Recipient | None:
    """Of the nearest message of ours."""
    rows = Recipient.objects.filter(message_key__in=answered.keys).select_related("campaign")
    found = {row.message_key: row for row in rows}
    return next((found[key] for key in answered.keys if key in found), None)


def _is_ours(sender: str, recipient: Recipient) -> bool:
    """A colleague who writes back in the same conversation, or an address that campaigns are sent from."""
    address = sender.strip().casefold()
    if not address or address == recipient.address_key:
        return not address
    said = sender_of(recipient.campaign, mail_settings().bounce_address)
    own = {each.casefold() for each in (said.address, said.reply_to, said.bounce_address)}
    return address in own or User.objects.filter(email__iexact=address).exists()


def _leave(recipient: Recipient, text: str, moment: datetime) -> None:
    """A consent is taken back by any word that says so, not by the link alone."""
    link = Unsubscribing(recipient.contact_id, recipient.pk)
    unsubscribe(link=link, detail=text.strip(), at=moment, source=ConsentSource.ANSWER)


def _note(recipient: Recipient, answered: Answered, moment: datetime) -> None:
    """Told again (by mailbox and webhook, or after a crash) it changes nothing."""
    lock_for_transaction(f"marketing.answer.{recipient.pk}")
    rows: Any = Recipient.objects.filter(pk=recipient.pk)
    rows.filter(Q(replied_at=None) | Q(replied_at__gt=moment)).update(replied_at=moment)
    contact = contact_now(recipient.contact_id)
    key = f"answer:{recipient.pk}:{answered.number}"
    kind = InteractionKind.REPLY
    if contact is None or contact.interactions.filter(kind=kind, key=key).exists():
        return
    campaign = recipient.campaign
    record_interactions(
        [
            NewInteraction(
                contact=contact.pk,
                kind=kind.value,
                at=moment,
                key=key,
                subject=campaign.name,
                channel="email",
                detail={
                    "campaign": campaign.pk,
                    "recipient": recipient.pk,
                    "text": answered.text[:MOST_TEXT],
                },
                origin=f"campaign:{campaign.pk}",
            )
        ]
    )
    _tell_owner(contact, campaign)


def _tell_owner(contact: Contact, campaign: Campaign) -> None:
    owner: User | None = contact.owner
    if contact.deleted_at is not None or owner is None or not owner.is_active:
        return
    access = permissions.access_of(owner)
    if not access.may("crm.contact.view"):
        return
    words = {"contact": contact.name_for(access), "campaign": campaign.name_for(access)}
    url = contact.get_absolute_url()
    notify(user=owner, kind=KIND, message=ANSWERED, message_args=words, url=url)
