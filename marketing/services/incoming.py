"""Messages that people write, as the standard library reads them: to what they answer, and their own words."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256

import nh3

from marketing.services.answers import MOST_TEXT, Answered
from marketing.services.messages.rich import as_text

NUMBER = re.compile(r"<([0-9a-f]{32})@[^>\s]+>")
IN_ADDRESS = re.compile(r"\+([0-9a-f]{32})@")
MOST_NUMBERS = 20  # of a long conversation
ARRIVED_AT = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Mail-Autoreply")
AUTOMATIC_SUBJECT = re.compile(
    r"^\W*(auto(matic|mated)?[ -]?(reply|response)|out of (the )?office|abwesenheit|"
    r"automatische antwort|réponse automatique|自动(回复|答复)|自動(回覆|返信)|(外出|休假|不在办公室).{0,8}(回复|通知))",
    re.IGNORECASE,
)
BULK = frozenset({"auto_reply", "auto-reply", "bulk", "junk", "list"})
# Where the other's words begin: in what programs write above what they quote.
QUOTED_FROM = re.compile(
    r"(?m)^[ \t]*(?:"
    r"(?:On|Am|Le)\b[^\n]{4,200}(?:\n[^\n]{0,200})?(?:wrote|schrieb[^\n:]*|a écrit)\s*:|"
    r"[^\n]{0,200}(?:写道|寫道)\s*[:：]|"
    r"-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|原始邮件|原始郵件|回复的原邮件)\s*-{2,}|"
    r"(?:From|Von|发件人|寄件者)\s*[:：][^\n]*\n[ \t]*(?:Sent|Date|To|Gesendet|Datum|An|发送时间|日期|收件人)\s*[:：]|"
    r"_{20,}|-- ?$"
    r")"
)
TAGS = {"p", "div", "br", "ul", "ol", "li", "h1", "h2", "h3", "table", "tr", "td"}
WITHOUT = {"script", "style", "title", "blockquote"}


def answer_of(content: bytes) -> Answered | None:
    """The answer that a message is; None where it answers nothing of ours, or a machine wrote it."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    number = str(message.get("Message-ID", "")).strip()
    return answer_in(message, number=sha256(number.encode() if number else content).hexdigest())


def answer_in(message: EmailMessage, *, number: str) -> Answered | None:
    """The same of a message that was read already; `number` is the same whenever it is told."""
    keys = _keys(message)
    if not keys or is_automatic(message):
        return None
    _name, sender = parseaddr(str(message.get("From", "")))
    text = own_words(_text(message)) or _own_subject(message)
    return Answered(keys, sender, number[:64], _moment(message), text)


def is_automatic(message: EmailMessage) -> bool:
    """Whether a program wrote it (RFC 3834, and what programs do that do not know it)."""
    said = str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().casefold()
    if said != "no" or any(name in message for name in AUTOMATIC_HEADERS):
        return True
    if str(message.get("Precedence", "")).strip().casefold() in BULK or "List-Id" in message:
        return True
    if str(message.get("Return-Path", "x")).strip() == "<>":
        return True
    if message.get_content_type() == "multipart/report":
        return True
    return bool(AUTOMATIC_SUBJECT.match(str(message.get("Subject", ""))))


def own_words(text: str) -> str:
    """Without what is quoted and without the signature.

    >>> own_words("Yes, please.\\n\\nOn Mon, 2 Nov 2026, Ann wrote:\\n> Shall we talk?")
    'Yes, please.'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    found = QUOTED_FROM.search(plain)
    own = plain[: found.start()] if found is not None else plain
    lines = (line.rstrip() for line in own.split("\n") if not line.lstrip().startswith(">"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:MOST_TEXT].replace("\0", "")


def _keys(message: EmailMessage) -> tuple[str, ...]:
    """Numbers of our messages: what it answers first, then the conversation backwards, then the address."""
    found: list[str] = []
    for value in message.get_all("In-Reply-To", []):
        found += NUMBER.findall(str(value))
    for value in message.get_all("References", []):
        found += reversed(NUMBER.findall(str(value)))
    for name in ARRIVED_AT:
        for value in message.get_all(name, []):
            found += IN_ADDRESS.findall(str(value))
    return tuple(dict.fromkeys(found))[:MOST_NUMBERS]


def _text(message: EmailMessage) -> str:
    """The plain part, else the words of the HTML."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    said = _decoded(part)
    if part.get_content_type() != "text/html":
        return said
    return as_text(nh3.clean(said, tags=TAGS, attributes={}, clean_content_tags=WITHOUT))


def _decoded(part: MIMEPart) -> str:
    """As the part says it is written; a code that nobody knows is read as UTF-8."""
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    try:
        return data.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _own_subject(message: EmailMessage) -> str:
    """What somebody wrote who wrote nothing below; “Re: …” is ours."""
    subject = " ".join(str(message.get("Subject", "")).split())
    return "" if re.match(r"^\w{1,6}\s*[:：]", subject) else subject[:MOST_TEXT]


def _moment(message: EmailMessage) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message.get("Date", "")))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
