"""Claimed rows become messages: asked for permission, put off where a domain is full, written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from crm.models import Contact
from marketing.choices import RecipientState
from marketing.models import Campaign, CampaignVariant, MailSettings, Recipient
from marketing.queries.standing import BINNED
from marketing.services.letters import Letter, Rendered, compile_letter, letters_for
from marketing.services.permission_to_send import refusals
from marketing.services.sending.addresses import is_address
from marketing.services.sending.claims import settle
from marketing.services.sending.links import headers_of, links_of
from marketing.services.sending.mime import Mail, Sender
from marketing.services.sending.pace import domain_key, limit_of, take_slots
from marketing.services.sending.senders import sender_of
from marketing.services.sending.words import BAD_ADDRESS, IN_SLOT, NO_TEXT, SAME_ADDRESS

SLOT_HOLDS = timedelta(minutes=1)


@dataclass
class Writer:
    """Writes the messages of a campaign; letters are compiled once."""

    campaign: Campaign
    sender: Sender
    per_domain: Mapping[str, int]
    letters: dict[int, Letter]

    @classmethod
    def of(cls, campaign: Campaign, mail: MailSettings) -> "Writer":
        variants = CampaignVariant.objects.filter(campaign=campaign).select_related("message")
        letters = {each.pk: compile_letter(each.message, campaign) for each in variants}
        return cls(campaign, sender_of(campaign, mail.bounce_address), mail.per_domain, letters)

    def write(self, key: str, rows: Sequence[Recipient], *, at: datetime) -> list[Mail]:
        """The messages of rows that the claim holds; the others are left out or put off, with a reason."""
        allowed = self._at_their_address(key, self._permitted(key, rows, at))
        return self._written(key, self._within_pace(key, allowed, at), at)

    def _permitted(self, key: str, rows: Sequence[Recipient], at: datetime) -> list[Recipient]:
        refused = refusals(
            [row.contact_id for row in rows],
            purpose=self.campaign.purpose_id or 0,
            channel=self.campaign.channel,
            at=at,
        )
        by_code: dict[str, list[int]] = {}
        for row in rows:
            if row.contact_id in refused:
                by_code.setdefault(refused[row.contact_id].code, []).append(row.pk)
        gone = by_code.get(BINNED, [])
        moved = _merged(gone, rows) if gone else []
        settle(key, moved, was_begun=False, state=RecipientState.WAITING, claim="")
        for code, pks in by_code.items():
            _leave_out(key, [pk for pk in pks if pk not in moved], code)
        return [row for row in rows if row.contact_id not in refused]

    def _at_their_address(self, key: str, rows: Sequence[Recipient]) -> list[Recipient]:
        """Permission was asked for the address of today: it is the one that is written to."""
        contacts = Contact._base_manager.filter(pk__in=[row.contact_id for row in rows])
        today = {
            pk: (email, email_key)
            for pk, email, email_key in contacts.values_list("pk", "email", "email_key")
        }
        kept, same, bad = [], [], []
        for row in rows:
            if row.contact_id not in today:
                continue  # erased for good this moment, and the row with it
            email, email_key = today[row.contact_id]
            if not is_address(email):
                bad.append(row.pk)
            elif email_key == row.address_key or _moved(row, email, email_key):
                kept.append(row)
            else:
                same.append(row.pk)
        _leave_out(key, same, SAME_ADDRESS)
        _leave_out(key, bad, BAD_ADDRESS)
        return kept

    def _within_pace(self, key: str, rows: Sequence[Recipient], at: datetime) -> list[Recipient]:
        """Those of domains that have room now; the others wait for their slot."""
        if not self.per_domain:
            return list(rows)
        kept = []
        # Whoever was put off has its slot already; after a long pause it is taken anew.
        has_slot = {
            row.pk for row in rows if row.reason == IN_SLOT and row.due_at >= at - SLOT_HOLDS
        }
        numbers = Counter(row.domain for row in rows if row.pk not in has_slot)
        slots = {
            domain: iter(take_slots(domain_key(domain), count, limit, at=at))
            for domain, count in sorted(numbers.items())
            if (limit := limit_of(domain, self.per_domain)) is not None
        }
        for row in rows:
            is_free = row.pk in has_slot or row.domain not in slots
            slot = at if is_free else next(slots[row.domain])
            if slot <= at:
                kept.append(row)
            else:
                settle(
                    key, [row.pk], was_begun=False, state=RecipientState.WAITING, claim="",
                    due_at=slot,
                    reason=IN_SLOT,
                )  # fmt: skip
        return kept

    def _written(self, key: str, rows: Sequence[Recipient], at: datetime) -> list[Mail]:
        mails, lost, links = [], [], links_of(self.campaign, rows)
        rendered: dict[int, Rendered] = {}
        for variant, letter in self.letters.items():
            contacts = [row.contact_id for row in rows if row.variant_id == variant]
            if contacts:
                rendered |= letters_for(letter, contacts, links=links)
        for row in rows:
            text = rendered.get(row.contact_id)
            if text is None or not text.subject:
                lost.append(row.pk)
                continue
            mails.append(
                Mail(
                    recipient=row.pk,
                    key=row.message_key,
                    sender=self.sender,
                    to=row.address,
                    subject=text.subject,
                    text=text.text,
                    html=text.html,
                    language=text.language,
                    at=at,
                    headers=headers_of(links(row.contact_id)),
                )
            )
        _leave_out(key, lost, NO_TEXT)
        return mails


def _merged(pks: Sequence[int], rows: Sequence[Recipient]) -> list[int]:
    """Those whose contact became another one since the claim: they are that one's now, and asked again."""
    asked = {row.pk: row.contact_id for row in rows}
    now = Recipient.objects.filter(pk__in=pks).values_list("pk", "contact")
    return [pk for pk, contact in now if contact != asked[pk]]


def _leave_out(key: str, pks: Sequence[int], reason: str) -> None:
    settle(key, pks, was_begun=False, state=RecipientState.SKIPPED, claim="", reason=reason)


def _moved(row: Recipient, email: str, email_key: str) -> bool:
    """Take over the contact's new address, unless somebody of the campaign has it."""
    domain = email_key.rpartition("@")[2][:253]
    try:
        with transaction.atomic():
            Recipient.objects.filter(pk=row.pk).update(
                address=email, address_key=email_key, domain=domain
            )
    except IntegrityError:
        return False
    row.address, row.address_key, row.domain = email, email_key, domain
    return True
