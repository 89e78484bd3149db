"""Interactions: written once each, however often they are told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import uuid4

from django.db import transaction

from core.locks import lock_for_transaction
from core.partitions import ensure_partitions
from core.registries import tell_followers
from core.time_ids import SLOTS, first_id, slot_of
from core.upsert import insert_new
from crm.models import Interaction

BATCH = 2_000


@dataclass(frozen=True)
class NewInteraction:
    """Something a contact did; `key` is what makes it the same event when it is told again.

    Where many people do one thing in the same moment the key should name the person, too: keys
    that are equal want the same slot, and finding the next free one takes its time.
    """

    contact: int
    kind: str
    at: datetime
    key: str = field(default_factory=lambda: uuid4().hex)
    subject: str = ""
    url: str = ""
    channel: str = ""
    amount: Decimal | None = None
    currency: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    origin: str = ""


FIELDS = [name for name in NewInteraction.__dataclass_fields__ if name != "contact"]


@transaction.atomic
def record_interactions(new: Iterable[NewInteraction]) -> int:
    """Write those that are not there yet; returns how many were new."""
    lock_for_transaction("crm.interaction")
    source = iter(new)
    written = 0
    while batch := list(islice(source, BATCH)):
        written += _write(batch)
        tell_followers("crm.interaction", {item.contact for item in batch})
    return written


@transaction.atomic
def extend_partitions(*, at: datetime) -> list[str]:
    """Make this year's and the next year's part where they are missing; returns those made."""
    return ensure_partitions(Interaction, first_id, range(at.year, at.year + 2))


def _write(batch: list[NewInteraction]) -> int:
    """Place each at its slot, or at the next free one where another event has taken it."""
    placed: dict[int, NewInteraction] = {}
    waiting = [(_slots(item), item) for item in batch]
    while waiting:
        wanted = [(next(slots), slots, item) for slots, item in waiting]
        ids = [number for number, _slots_left, _item in wanted]
        rows = Interaction.objects.filter(pk__in=ids).values_list("pk", "key", "contact_id")
        stored = {number: (key, contact) for number, key, contact in rows}
        waiting = []
        for number, slots, item in wanted:
            there = _identity(placed[number]) if number in placed else stored.get(number)
            if there is None:
                placed[number] = item
            elif there != _identity(item):
                waiting.append((slots, item))
    return insert_new(
        Interaction,
        (
            [number, item.contact, *(getattr(item, name) for name in FIELDS)]
            for number, item in placed.items()
        ),
        fields=["id", "contact", *FIELDS],
    )


def _identity(item: NewInteraction) -> tuple[str, int]:
    return item.key, item.contact


def _slots(item: NewInteraction) -> Iterator[int]:
    first, slot = first_id(item.at), slot_of(item.key)
    return (first + (slot + step) % SLOTS for step in range(SLOTS))
