"""The mailbox to which messages return and people answer: read from where it was left, reports taken out."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from marketing.choices import MailboxKind
from marketing.models import MailSettings
from marketing.services.answers import take_answer
from marketing.services.boxes import FAULTS, Imap, Mailbox, Pop
from marketing.services.incoming import answer_of
from marketing.services.reports import returned_of
from marketing.services.returns import take_returned
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.secrets import opened

logger = logging.getLogger(__name__)

# What the parser of the standard library raises on messages that nobody should have written.
UNREADABLE = (ValueError, LookupError, AttributeError, TypeError)


def read_mailbox(*, at: datetime) -> int:
    """Take what has come back; how many reports and answers there were. Faults are kept for the settings page."""
    mail = mail_settings()
    if mail.mailbox == MailboxKind.NONE:
        return 0
    fault, mark, taken = "", mail.mailbox_mark, 0
    try:
        with _opened(mail) as mailbox:
            for number, content in mailbox.messages():
                taken += _take(mailbox, number, content, at)
                mark = mailbox.mark
            mark = mailbox.mark
    except FAULTS as error:
        fault = (" ".join(str(error).split()) or type(error).__name__)[:300]
    MailSettings.objects.filter(pk=mail.pk).update(
        mailbox_read_at=at, mailbox_fault=fault, mailbox_mark=mark[:200]
    )
    return taken


def _take(mailbox: Mailbox, number: str, content: bytes, at: datetime) -> bool:
    """A report is noted and taken out; an answer is noted and left for whoever reads it there; all else is left alone."""
    try:
        returned = returned_of(content)
        answered = answer_of(content) if returned is None else None
    except UNREADABLE:
        # One broken message must not keep those behind it from being read.
        logger.exception("A message of the mailbox cannot be read and is left there.")
        return False
    if answered is not None:
        return take_answer(answered, at=at)
    if returned is None:
        return False
    is_taken = take_returned(returned, at=at)
    # Told once by its number, however often it is read; so it goes only after that. One of a message that we did
    # not send stays for whoever reads the mailbox.
    if is_taken:
        mailbox.remove(number)
    return is_taken


@contextmanager
def _opened(mail: MailSettings) -> Iterator[Mailbox]:
    kind = Imap if mail.mailbox == MailboxKind.IMAP else Pop
    password = opened(mail.mailbox_password)
    found: Mailbox = kind(
        mail.mailbox_host, mail.mailbox_port, mail.mailbox_user, password, mail.mailbox_mark
    )
    try:
        yield found
    finally:
        found.close()
