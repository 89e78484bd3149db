"""What comes back: bounces and complaints by webhook and mailbox, each told once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from core.strangers import kept
from marketing.choices import BounceKind, DeliveryProblemKind
from marketing.models import Recipient
from marketing.services.bounces import note_bounce, note_complaint
from marketing.services.sending.keys import PATTERN
from marketing.services.sending.pace import mail_settings

SALT = "marketing.returns"


@dataclass(frozen=True)
class Returned:
    """One report: of which message (its key) or address, what happened, and the report's own number."""

    kind: DeliveryProblemKind
    key: str = ""
    address: str = ""
    number: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        for name in ("key", "address", "number", "detail"):
            object.__setattr__(self, name, kept(getattr(self, name)))

    @property
    def is_known(self) -> bool:
        return bool(self.key or self.address)


def take_returned(returned: Returned, *, at: datetime) -> bool:
    """Note it with its recipient and for its address; False where it is of nobody we wrote to."""
    recipient = _recipient(returned)
    if recipient is None:
        return False
    with transaction.atomic():
        told: dict[str, Any] = {
            "address": recipient.address_key,
            "at": at,
            "key": returned.number or f"message:{recipient.message_key}",
            "detail": returned.detail,
        }
        if returned.kind == DeliveryProblemKind.COMPLAINT:
            _once(recipient, complained_at=at)
            note_complaint(**told)
        else:
            kind = BounceKind(returned.kind.value)
            _once(recipient, bounced_at=at, bounce=kind)
            note_bounce(kind=kind, **told)
    return True


def _once(recipient: Recipient, **values: object) -> None:
    """The first report counts; a hard bounce after a soft one is the truth."""
    rows = Recipient.objects.filter(pk=recipient.pk)
    first = next(iter(values))
    if values.get("bounce") == BounceKind.HARD:
        rows.exclude(bounce=BounceKind.HARD).update(**values)
    else:
        rows.filter(**{first: None}).update(**values)


def _recipient(returned: Returned) -> Recipient | None:
    """By the number of the message; else the last message to the address."""
    if PATTERN.fullmatch(returned.key):
        found = Recipient.objects.filter(message_key=returned.key).first()
        if found is not None:
            return found
    address = returned.address.strip().casefold()
    if not address:
        return None
    rows = Recipient.objects.filter(address_key=address, sent_at__isnull=False)
    return rows.order_by("-sent_at").first()


# -- the door for providers ------------------------------------------------------------------------


def door() -> str:
    """The secret in the address that providers report to; another one after it was renewed."""
    said = mail_settings().webhook_secret
    return salted_hmac(SALT, said, algorithm="sha256").hexdigest()[:40]


def is_door(token: str) -> bool:
    return constant_time_compare(token, door())
