"""The mailbox to which undeliverable messages return: read, understood, emptied."""

import imaplib
import poplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from core.errors import Refused
from marketing.choices import MailboxKind
from marketing.models import MailSettings
from marketing.services.reports import returned_of
from marketing.services.returns import take_returned
from marketing.services.sending.pace import mail_settings
from marketing.services.sending.secrets import opened

TIMEOUT = 30
MOST_AT_ONCE = 500
LARGEST = 1_000_000  # bytes; a report is small
PLAIN_PORTS = frozenset({143, 110})
FAULTS = (OSError, imaplib.IMAP4.error, poplib.error_proto, Refused)


class Mailbox(Protocol):
    """Messages one by one; what was understood is taken out."""

    def messages(self) -> Iterator[tuple[str, bytes]]: ...

    def remove(self, number: str) -> None: ...


def read_mailbox(*, at: datetime) -> int:
    """Take what has come back; how many reports there were. Faults are kept for the settings page."""
    mail = mail_settings()
    if mail.mailbox == MailboxKind.NONE:
        return 0
    fault, taken = "", 0
    try:
        with _opened(mail) as mailbox:
            for number, content in mailbox.messages():
                returned = returned_of(content)
                if returned is not None:
                    taken += take_returned(returned, at=at)
                    # Told once by its number, however often it is read; so it goes only after that.
                    mailbox.remove(number)
    except FAULTS as error:
        fault = (" ".join(str(error).split()) or type(error).__name__)[:300]
    MailSettings.objects.filter(pk=mail.pk).update(mailbox_read_at=at, mailbox_fault=fault)
    return taken


@contextmanager
def _opened(mail: MailSettings) -> Iterator[Mailbox]:
    found: _Imap | _Pop = _Imap(mail) if mail.mailbox == MailboxKind.IMAP else _Pop(mail)
    try:
        yield found
    finally:
        found.close()


class _Imap:
    """Messages that nobody has read; others are left alone."""

    def __init__(self, mail: MailSettings) -> None:
        self.box: imaplib.IMAP4
        if mail.mailbox_port in PLAIN_PORTS:
            self.box = imaplib.IMAP4(mail.mailbox_host, mail.mailbox_port, timeout=TIMEOUT)
            if "STARTTLS" in self.box.capabilities:
                self.box.starttls(ssl.create_default_context())
        else:
            self.box = imaplib.IMAP4_SSL(
                mail.mailbox_host,
                mail.mailbox_port,
                ssl_context=ssl.create_default_context(),
                timeout=TIMEOUT,
            )
        self.box.login(mail.mailbox_user, opened(mail.mailbox_password))
        self.box.select("INBOX")

    def messages(self) -> Iterator[tuple[str, bytes]]:
        _said, found = self.box.search(None, "UNSEEN", "SMALLER", str(LARGEST))
        for number in (found[0] or b"").decode().split()[:MOST_AT_ONCE]:
            _said, parts = self.box.fetch(number, "(RFC822)")
            content = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            yield number, content

    def remove(self, number: str) -> None:
        self.box.store(number, "+FLAGS", "\\Deleted")

    def close(self) -> None:
        self.box.expunge()
        self.box.logout()


class _Pop:
    """The first messages; what is no report stays."""

    def __init__(self, mail: MailSettings) -> None:
        self.box: poplib.POP3
        if mail.mailbox_port in PLAIN_PORTS:
            self.box = poplib.POP3(mail.mailbox_host, mail.mailbox_port, timeout=TIMEOUT)
        else:
            self.box = poplib.POP3_SSL(
                mail.mailbox_host,
                mail.mailbox_port,
                timeout=TIMEOUT,
                context=ssl.create_default_context(),
            )
        self.box.user(mail.mailbox_user)
        self.box.pass_(opened(mail.mailbox_password))

    def messages(self) -> Iterator[tuple[str, bytes]]:
        _said, listed, _size = self.box.list()
        for line in listed[:MOST_AT_ONCE]:
            number, size = line.decode().split()[:2]
            if int(size) <= LARGEST:
                _said, lines, _octets = self.box.retr(int(number))
                yield number, b"\r\n".join(lines)

    def remove(self, number: str) -> None:
        self.box.dele(int(number))

    def close(self) -> None:
        self.box.quit()
