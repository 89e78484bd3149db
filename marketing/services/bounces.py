"""Bounces and complaints: told once each, they shut addresses out as the company's policies say."""

from datetime import datetime

from django.db import transaction
from django.utils.crypto import get_random_string

from core.locks import lock_for_transaction
from core.upsert import insert_new
from crm.models import Contact
from marketing.choices import BounceKind, BouncePolicy, ConsentSource, SuppressionReason
from marketing.choices import DeliveryProblemKind as Kind
from marketing.models import DeliveryProblem
from marketing.queries.message_options import options
from marketing.services.consents import withdraw_all
from marketing.services.suppressions import suppress

REASONS = {
    Kind.HARD: SuppressionReason.HARD_BOUNCE,
    Kind.SOFT: SuppressionReason.SOFT_BOUNCES,
    Kind.COMPLAINT: SuppressionReason.COMPLAINT,
}
FIELDS = ("address_key", "kind", "key", "detail", "at")


def note_bounce(*, address: str, kind: str, at: datetime, key: str = "", detail: str = "") -> str:
    """A message came back: `kind` of `BounceKind`; what is told twice by one `key` counts once.

    Returns the policy that was carried out, `none` where it was only noted.
    """
    return _note(address, Kind(BounceKind(kind).value), at, key, detail)


def note_complaint(*, address: str, at: datetime, key: str = "", detail: str = "") -> str:
    """Somebody called a message spam."""
    return _note(address, Kind.COMPLAINT, at, key, detail)


@transaction.atomic
def _note(address: str, kind: Kind, at: datetime, key: str, detail: str) -> str:
    address_key = address.strip().casefold()[:254]
    if not address_key:
        return BouncePolicy.NOTHING
    lock_for_transaction(f"marketing.problem.{address_key}")
    # Without a key of the sender's every telling is one of its own.
    name = f"{kind.value}:{key or get_random_string(24)}"[:150]
    told = (address_key, kind.value, name, detail[:300], at)
    if not insert_new(DeliveryProblem, [told], fields=FIELDS):
        return BouncePolicy.NOTHING
    said = options()
    known = DeliveryProblem.objects.filter(address_key=address_key, kind=kind).count()
    policy: str = getattr(said, f"{kind.value}_policy")
    if known < getattr(said, f"{kind.value}_after"):
        return BouncePolicy.NOTHING
    if policy != BouncePolicy.NOTHING:
        suppress(addresses=[address_key], reason=REASONS[kind], at=at, detail=detail)
    if policy == BouncePolicy.WITHDRAW:
        _withdraw(address_key, detail, at)
    return policy


def _withdraw(address_key: str, detail: str, at: datetime) -> None:
    contacts = Contact.objects.kept().filter(email_key=address_key)
    pks = list(contacts.values_list("pk", flat=True))
    withdraw_all(contacts=pks, source=ConsentSource.COMPLAINT, detail=detail, at=at)
