"""Connections to whoever delivers: a mail server, or a provider by django-anymail.

A line says of each message what became of it, and above all whether it may have been taken.
"""

import logging
import re
import smtplib
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from marketing.choices import MailSecurity, MailWay, ServerFault
from marketing.models import MailSettings
from marketing.services.sending.addresses import ascii_address
from marketing.services.sending.mime import Mail
from marketing.services.sending.secrets import opened
from marketing.services.sending.words import BAD_ADDRESS

logger = logging.getLogger(__name__)

TIMEOUT = 20
MOST_TEXT = 300
SMTP = "django.core.mail.backends.smtp.EmailBackend"
DOTS = re.compile(rb"(?m)^\.")
ACCEPTED, GO_ON, CLOSING = 250, 354, 421
TOO_MANY = 429
BROKEN = (smtplib.SMTPServerDisconnected, OSError)
PROVIDERS = {
    MailWay.BREVO: ("brevo", {"api_key": True}),
    MailWay.MAILGUN: ("mailgun", {"api_key": True, "sender_domain": False}),
    MailWay.MAILJET: ("mailjet", {"api_key": True, "secret_key": True}),
    MailWay.POSTMARK: ("postmark", {"server_token": True}),
    MailWay.RESEND: ("resend", {"api_key": True}),
}


class Outcome(Enum):
    """What became of a message."""

    SENT = "sent"
    LATER = "later"  # not taken now, for this recipient
    REFUSED = "refused"  # not taken, for this recipient
    TROUBLE = "trouble"  # not taken, through no fault of the recipient
    UNKNOWN = "unknown"  # it may have been taken
    PUT_BACK = "put back"  # not tried


@dataclass(frozen=True)
class Answer:
    """The outcome, and what the server said."""

    outcome: Outcome
    text: str = ""
    fault: str = ""

    @property
    def is_bad_address(self) -> bool:
        """Enhanced codes 5.1.x say that nobody has the address."""
        return self.outcome == Outcome.REFUSED and bool(
            re.match(r"5\d\d[ -]5\.1\.(1|2|3|6|10)\b", self.text)
        )


class Line(Protocol):
    """Takes one message after the other."""

    def hand_over(self, mail: Mail) -> Answer: ...

    def close(self) -> None: ...


def said(code: int, text: bytes | str) -> str:
    """The answer of a server on one line."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return " ".join(f"{code} {plain}".split())[:MOST_TEXT]


class SmtpLine:
    """One connection with a mail server, opened when it is needed and used again and again."""

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend
        self.smtp: Any = None
        self.is_fresh = False

    def hand_over(self, mail: Mail) -> Answer:
        try:
            to = ascii_address(mail.to)
        except UnicodeError:
            return Answer(Outcome.REFUSED, BAD_ADDRESS)
        try:
            sender, content = mail.sender.envelope(mail.key), DOTS.sub(b"..", mail.content())
        except UnicodeError as error:
            return Answer(Outcome.TROUBLE, _plain(error), fault=ServerFault.SENDER.value)
        if not content.endswith(b"\r\n"):
            content += b"\r\n"
        while True:
            trouble = self._open()
            if trouble is not None:
                return trouble
            was_fresh, self.is_fresh = self.is_fresh, False
            try:
                answer = self._introduce(sender, to)
            except BROKEN as error:
                self.close()
                # The server may have closed what was idle; DATA was not reached, so once more.
                if was_fresh:
                    return Answer(
                        Outcome.TROUBLE, _plain(error), fault=ServerFault.CONNECTION.value
                    )
                continue
            return answer if answer is not None else self._give(content)

    def _open(self) -> Answer | None:
        if self.smtp is not None:
            return None
        try:
            self.backend.open()
            smtp: Any = self.backend.connection
            smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPAuthenticationError as error:
            return self._no(said(error.smtp_code, error.smtp_error), ServerFault.LOGIN)
        except smtplib.SMTPResponseException as error:
            return self._no(said(error.smtp_code, error.smtp_error), ServerFault.BUSY)
        except (smtplib.SMTPException, OSError) as error:
            return self._no(_plain(error), ServerFault.CONNECTION)
        self.smtp, self.is_fresh = smtp, True
        return None

    def _no(self, text: str, fault: ServerFault) -> Answer:
        self.close()
        return Answer(Outcome.TROUBLE, text, fault=fault.value)

    def _introduce(self, sender: str, to: str) -> Answer | None:
        """Everything before the text; None where the server waits for it."""
        code, text = self.smtp.mail(sender)
        if code != ACCEPTED:
            lasting = code >= 500  # the classes of SMTP answers
            return self._no(said(code, text), ServerFault.SENDER if lasting else ServerFault.BUSY)
        code, text = self.smtp.rcpt(to)
        if code not in (250, 251):
            return self._not_taken(code, text)
        self.smtp.putcmd("data")
        code, text = self.smtp.getreply()
        return None if code == GO_ON else self._not_taken(code, text)

    def _not_taken(self, code: int, text: bytes) -> Answer:
        answer = said(code, text)
        if code == CLOSING:
            return self._no(answer, ServerFault.BUSY)
        try:
            self.smtp.rset()
        except BROKEN:
            self.close()  # it said no and hung up: the answer stands
        return Answer(_outcome(code), answer)

    def _give(self, content: bytes) -> Answer:
        """The text; from its first byte on only an answer tells what became of it."""
        try:
            self.smtp.send(content + b".\r\n")
            code, text = self.smtp.getreply()
        except BROKEN as error:
            self.close()
            return Answer(Outcome.UNKNOWN, _plain(error))
        if code == CLOSING:
            self.close()
        return Answer(_outcome(code), said(code, text))

    def close(self) -> None:
        if self.smtp is not None and self.smtp.sock is None:
            self.backend.connection = None  # nothing to say good-bye to
        self.smtp = None
        try:
            self.backend.close()
        except (smtplib.SMTPException, OSError) as error:
            logger.info("The mail server did not say good-bye: %s", error)


def _outcome(code: int) -> Outcome:
    if code == ACCEPTED:
        return Outcome.SENT
    return Outcome.LATER if code // 100 == 4 else Outcome.REFUSED


def _plain(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:MOST_TEXT]


class BackendLine:
    """Any other way of Django's: a provider's interface by anymail, a folder, the memory of tests."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def hand_over(self, mail: Mail) -> Answer:
        message = EmailMultiAlternatives(
            subject=" ".join(mail.subject.split()),
            body=mail.text,
            from_email=_from(mail),
            to=[mail.to],
            reply_to=[mail.sender.reply_to] if mail.sender.reply_to else None,
            headers={**mail.headers, "Message-ID": mail.message_id},
            connection=self.connection,
        )
        if mail.html:
            message.attach_alternative(mail.html, "text/html")
        message.metadata = {"recipient_key": mail.key}  # type: ignore[attr-defined]  # anymail's
        try:
            message.send()
        except Exception as error:  # noqa: BLE001  # each way has errors of its own; all are told
            return _judged(error)
        return Answer(Outcome.SENT)

    def close(self) -> None:
        self.connection.close()


def _from(mail: Mail) -> str:
    name = " ".join(mail.sender.name.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{mail.sender.address}>' if name else mail.sender.address


def _judged(error: Exception) -> Answer:
    """What an error of a provider says: only an answer tells that it was not taken."""
    text, status = _plain(error), getattr(error, "status_code", None)
    if isinstance(error, smtplib.SMTPResponseException):
        return Answer(_outcome(error.smtp_code), said(error.smtp_code, error.smtp_error))
    name = type(error).__name__
    if status in (401, 403) or name in {"AnymailConfigurationError", "AnymailImproperlyInstalled"}:
        return Answer(Outcome.TROUBLE, text, fault=ServerFault.LOGIN.value)
    if status == TOO_MANY:
        return Answer(Outcome.TROUBLE, text, fault=ServerFault.BUSY.value)
    if status is not None and 400 <= status < 500:  # the classes of HTTP answers
        return Answer(Outcome.REFUSED, f"{status} {text}"[:MOST_TEXT])
    if name in {"AnymailRecipientsRefused", "AnymailInvalidAddress", "AnymailSerializationError"}:
        return Answer(Outcome.REFUSED, text)
    if isinstance(error, ConnectionRefusedError):
        return Answer(Outcome.TROUBLE, text, fault=ServerFault.CONNECTION.value)
    logger.warning("Whether a message was taken is not known: %s", text)
    return Answer(Outcome.UNKNOWN, text)


def open_line(mail: MailSettings) -> Line:
    """A line as the settings say; it connects with its first message."""
    if mail.way == MailWay.SMTP:
        return SmtpLine(_smtp_backend(mail))
    if mail.way in PROVIDERS:
        return BackendLine(_provider(mail))
    if settings.EMAIL_BACKEND == SMTP:
        backend: Any = get_connection(fail_silently=False)
        return SmtpLine(backend)
    return BackendLine(get_connection(fail_silently=False))


def _smtp_backend(mail: MailSettings) -> EmailBackend:
    return EmailBackend(
        host=mail.host,
        port=mail.port,
        username=mail.username,
        password=opened(mail.password),
        use_tls=mail.security == MailSecurity.STARTTLS,
        use_ssl=mail.security == MailSecurity.TLS,
        timeout=TIMEOUT,
        fail_silently=False,
    )


def _provider(mail: MailSettings) -> Any:
    name, wanted = PROVIDERS[MailWay(mail.way)]
    # A key that has a secret beside it is stored as “key:secret”.
    keys = iter(
        opened(mail.api_key).split(":") if "secret_key" in wanted else [opened(mail.api_key)]
    )
    given = {
        option: next(keys, "") if is_key else mail.api_domain
        for option, is_key in wanted.items()
        if is_key or mail.api_domain
    }
    return get_connection(f"anymail.backends.{name}.EmailBackend", fail_silently=False, **given)


def is_delivering(mail: MailSettings) -> bool:
    """Whether messages leave the house at all; they do not while nobody has set a way."""
    return mail.way != MailWay.ENVIRONMENT or not settings.EMAIL_BACKEND.endswith(
        ("filebased.EmailBackend", "console.EmailBackend", "dummy.EmailBackend")
    )
