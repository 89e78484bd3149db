"""Double opt-in: a consent counts when the person has pressed the button behind the link of an e-mail."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from email.utils import formataddr
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.company import company
from core.mailboxes import reaches_somebody
from crm.models import Contact
from marketing.choices import Channel, ConsentSource, ConsentState
from marketing.models import ConfirmationRequest, Purpose, Suppression
from marketing.queries.consents import contact_now, language_of, public_name
from marketing.queries.message_options import options
from marketing.services.consents import Word, record_consents
from marketing.services.public_links import confirmation_url
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
    return sum(_send(each, at) for each in rows.select_related("contact").order_by("pk")[:AT_ONCE])


def _send(asked: ConfirmationRequest, at: datetime) -> bool:
    claimed = ConfirmationRequest.objects.filter(pk=asked.pk, attempts=asked.attempts, sent_at=None)
    if not claimed.update(attempts=F("attempts") + 1, tried_at=at):
        return False  # another worker has it
    try:
        letter_of(asked).send()
    except (OSError, SMTPException) as error:
        logger.warning("Confirmation %s was not taken (%s)", asked.pk, type(error).__name__)
        return False
    ConfirmationRequest.objects.filter(pk=asked.pk).update(sent_at=at)
    return True


def letter_of(asked: ConfirmationRequest) -> EmailMessage:
    """In the language of the form, else of the person."""
    language, said = asked.language or language_of(asked.contact), options()
    with override(language):
        names = [public_name(each, language) for each in asked.purposes.order_by("name_key")]
        context = {
            "company": company(),
            "purposes": names,
            "link": confirmation_url(asked.pk),
        }
        body = render_to_string("marketing/mail/confirm.txt", context)
        subject = _("Please confirm: messages of %(company)s") % {"company": company().name}
    sender = formataddr((said.sender_name, said.sender_address)) if said.sender_address else None
    return EmailMessage(
        " ".join(subject.split()),
        body,
        from_email=sender or settings.DEFAULT_FROM_EMAIL,
        to=[asked.address],
        reply_to=[said.reply_to] if said.reply_to else None,
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
