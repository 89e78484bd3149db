"""Reports of mail servers (DSN, RFC 3464; complaints, RFC 5965) as the standard library reads them."""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from hashlib import sha256

from marketing.choices import DeliveryProblemKind
from marketing.services.returns import Returned

IN_ADDRESS = re.compile(r"\+([0-9a-f]{32})@")
IN_NUMBER = re.compile(r"<([0-9a-f]{32})@")
MOST_DETAIL = 300
# Codes of lasting failure that are about the address; others (full, too large, spam) may pass.
LASTING = re.compile(r"^5\.(1\.(0|1|2|3|6|10)|2\.1)$")
RETURNED_TO = ("X-Failed-Recipients", "Original-Recipient", "Final-Recipient")


def returned_of(content: bytes) -> Returned | None:
    """What a message of the mailbox reports; None where it reports nothing."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    number = sha256(content).hexdigest()
    found = _complaint(message, number) or _bounce(message, number)
    return found if found is not None and found.is_known else None


def _complaint(message: EmailMessage, number: str) -> Returned | None:
    if _report_type(message) != "feedback-report":
        return None
    fields = dict(_fields(message, "message/feedback-report"))
    if fields.get("feedback-type", "abuse").casefold() not in {"abuse", "fraud"}:
        return None
    address = fields.get("original-rcpt-to", "").strip("<> ")
    return Returned(
        DeliveryProblemKind.COMPLAINT, _key(message), address, number, fields.get("user-agent", "")
    )


def _bounce(message: EmailMessage, number: str) -> Returned | None:
    fields = dict(_fields(message, "message/delivery-status"))
    status = fields.get("status", "").split(" ")[0]
    action = fields.get("action", "").casefold()
    if _report_type(message) != "delivery-status" or not (status or action):
        return None
    if action in {"delivered", "relayed", "expanded"} or status.startswith("2"):
        return None
    address = next(
        (_plain(fields[name.casefold()]) for name in RETURNED_TO if name.casefold() in fields), ""
    )
    is_lasting = action == "failed" and bool(LASTING.match(status))
    kind = DeliveryProblemKind.HARD if is_lasting else DeliveryProblemKind.SOFT
    detail = " ".join(f"{status} {fields.get('diagnostic-code', '')}".split())
    return Returned(kind, _key(message), address, number, detail[:MOST_DETAIL])


def _report_type(message: EmailMessage) -> str:
    if message.get_content_type() != "multipart/report":
        return ""
    return str(message.get_param("report-type") or "").casefold()


def _fields(message: EmailMessage, kind: str) -> Iterator[tuple[str, str]]:
    """The fields of the report's machine-readable part, those of the recipient over those of the message."""
    for part in message.walk():
        if part.get_content_type() != kind:
            continue
        payload = part.get_payload()
        if not isinstance(payload, list):
            payload = [email.message_from_string(part.as_string().partition("\n\n")[2])]
        for group in (each for each in payload if not isinstance(each, str)):
            yield from ((name.casefold(), " ".join(str(v).split())) for name, v in group.items())


def _plain(address: str) -> str:
    """The address of “rfc822; ann@example.com”."""
    return address.rpartition(";")[2].strip("<> ")


def _key(message: EmailMessage) -> str:
    """The number of our message: in the address of the report, else in what it brings back."""
    for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To"):
        for value in message.get_all(name, []):
            found = IN_ADDRESS.search(str(value))
            if found:
                return found[1]
    for part in message.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            found = IN_NUMBER.search(part.as_string())
            if found:
                return found[1]
    return ""
