"""Double opt-in: a consent counts when the person has pressed the button behind the link of an e-mail."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.company import company
from core.errors import Refused
from core.mailboxes import reaches_somebody
from crm.models import Contact
from marketing.choices import Channel, ConsentSource, ConsentState
from marketing.models import ConfirmationRequest, Purpose, Suppression
from marketing.queries.consents import contact_now, language_of, public_name
from marketing.services.consents import Word, record_consents
from marketing.services.public_links import confirmation_url
from marketing.services.sending.keys import new_key
from marketing.services.sending.lines import Answer, Line, Outcome
from marketing.services.sending.mime import Mail
from marketing.services.sending.single import line_as_set, sender_of_company
from marketing.services.wishes import let_in_again

logger = logging.getLogger(__name__)

# Nobody's mailbox is filled by others who enter its address.
MOST_A_DAY = 3
DAY = timedelta(days=1)
AGAIN_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 5
AT_ONCE = 50


@transaction.atomic
def ask_confirmation(
    *,
    contact: Contact,
    purposes: Collection[Purpose],
    detail: str,
    at: datetime,
    language: str = "",
) -> ConfirmationRequest | None:
    """Note that the person has to confirm, and put the e-mail down for sending.

    None where nothing is to be confirmed, where no e-mail arrives, and where the address was asked often
    enough today.
    """
    known = dict(contact.consents.filter(channel=Channel.EMAIL).values_list("purpose_id", "state"))
    asked = [each for each in purposes if known.get(each.pk) != ConsentState.GRANTED]
    if not asked or not contact.email_key or not reaches_somebody(contact.email):
        return None
    source, state = ConsentSource.FORM, ConsentState.PENDING
    record_consents(
        (Word(contact.pk, p.pk, Channel.EMAIL, state, source, at, detail) for p in asked),
        keeps_withdrawn=True,
    )
    if not _may_ask(contact.email_key, at):
        return None
    made = ConfirmationRequest.objects.create(
        contact=contact,
        address=contact.email,
        address_key=contact.email_key,
        language=language,
        detail=detail[:300],
        created_at=at,
    )
    made.purposes.set(asked)
    return made


def _may_ask(address_key: str, at: datetime) -> bool:
    """Addresses that bounce or complain get no question either; who left everything may come back by one."""
    stopped = Suppression.objects.filter(address_key=address_key).exclude(reason="all")
    rows = ConfirmationRequest.objects.filter(address_key=address_key, created_at__gt=at - DAY)
    return rows.count() < MOST_A_DAY and not stopped.exists()


def send_waiting(*, at: datetime) -> int:
    """Send what is put down; one that the server did not take is tried again, five times in all."""
    rows = ConfirmationRequest.objects.filter(
        Q(tried_at=None) | Q(tried_at__lt=at - AGAIN_AFTER),
        sent_at=None,
        confirmed_at=None,
        created_at__gt=at - DAY,
        attempts__lt=MOST_ATTEMPTS,
    )
    waiting = list(rows.select_related("contact").order_by("pk")[:AT_ONCE])
    return _send_all(waiting, at) if waiting else 0


def _send_all(waiting: Sequence[ConfirmationRequest], at: datetime) -> int:
    """One after the other by the way that is set; where it cannot be used, the rest waits for the next time."""
    try:
        line = line_as_set()
    except Refused as refusal:
        logger.warning("Confirmations wait, no way of sending can be opened: %s", refusal)
        return 0
    count = 0
    try:
        for asked in waiting:
            answer = _send(line, asked, at)
            count += answer is not None and answer.outcome == Outcome.SENT
            if answer is not None and answer.outcome == Outcome.TROUBLE:
                break
    finally:
        line.close()
    return count


def _send(line: Line, asked: ConfirmationRequest, at: datetime) -> Answer | None:
    claimed = ConfirmationRequest.objects.filter(pk=asked.pk, attempts=asked.attempts, sent_at=None)
    if not claimed.update(attempts=F("attempts") + 1, tried_at=at):
        return None  # another worker has it
    answer = line.hand_over(letter_of(asked, at))
    if answer.outcome == Outcome.SENT:
        ConfirmationRequest.objects.filter(pk=asked.pk).update(sent_at=at)
    else:
        logger.warning("Confirmation %s was not taken (%s)", asked.pk, answer.text)
    return answer


def letter_of(asked: ConfirmationRequest, at: datetime) -> Mail:
    """In the language of the form, else of the person."""
    language = asked.language or language_of(asked.contact)
    with override(language):
        names = [public_name(each, language) for each in asked.purposes.order_by("name_key")]
        context = {
            "company": company(),
            "purposes": names,
            "link": confirmation_url(asked.pk),
        }
        body = render_to_string("marketing/mail/confirm.txt", context)
        subject = _("Please confirm: messages of %(company)s") % {"company": company().name}
    return Mail(
        recipient=0,
        key=new_key(),
        sender=sender_of_company(),
        to=asked.address,
        subject=" ".join(subject.split()),
        text=body,
        html="",
        language=language,
        at=at,
    )


@transaction.atomic
def confirm(*, request_id: int, at: datetime) -> ConfirmationRequest | None:
    """The person pressed the button; pressing twice is as once. None where the question is gone."""
    rows = ConfirmationRequest.objects.select_for_update().filter(pk=request_id)
    asked = rows.first()
    if asked is None or asked.confirmed_at is not None:
        return asked
    contact = contact_now(asked.contact_id)
    if contact is None:
        return None
    source, state = ConsentSource.CONFIRMED, ConsentState.GRANTED
    record_consents(
        Word(contact.pk, purpose, Channel.EMAIL, state, source, at, asked.detail)
        for purpose in asked.purposes.values_list("pk", flat=True)
    )
    # The address that was confirmed, which need no longer be the contact's.
    if contact.email_key == asked.address_key:
        let_in_again(contact)
    asked.confirmed_at = at
    asked.save(update_fields=["confirmed_at"])
    return asked
