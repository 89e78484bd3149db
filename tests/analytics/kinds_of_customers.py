"""Contacts of kinds that are truly there: who buys often, who bought once upon a time, who only looks, who sleeps."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

import numpy as np
import pytest

from analytics.jobs import customer_segment_training
from analytics.methods.segmentation import clustering
from core.time_ids import first_id
from crm.models import Company, Contact, Interaction
from tests.factories.core import NOW

KINDS = ("regular", "former", "looker", "sleeper")
_slots = count(1)


def make_customers(
    number: int,
    *,
    seed: int = 1,
    until: datetime = NOW,
    kinds: tuple[str, ...] = KINDS,
    step: int | None = None,
) -> dict[int, str]:
    """So many contacts, kinds in turn; the kind of each by number.

    With a step their numbers lie so far apart, so that few of them make many parts of a run.
    """
    chance = np.random.default_rng(seed)
    made = [_contact(place, kinds[place % len(kinds)], chance) for place in range(number)]
    for place, contact in enumerate(made):
        contact.pk = None if step is None else 1 + place * step
    contacts = Contact.objects.bulk_create(made)
    Contact.objects.filter(pk__in=[c.pk for c in contacts]).update(
        created_at=until - timedelta(days=900)
    )
    rows: list[Interaction] = []
    for place, contact in enumerate(contacts):
        rows += behave(contact, kinds[place % len(kinds)], chance, until)
    Interaction.objects.bulk_create(rows, batch_size=2_000)
    return {c.pk: kinds[place % len(kinds)] for place, c in enumerate(contacts)}


def _contact(place: int, kind: str, chance: np.random.Generator) -> Contact:
    contact = Contact(name=f"{kind} {place}", email=f"{kind}{place}@example.org", custom={})
    contact.normalise()
    return contact


def behave(
    contact: Contact, kind: str, chance: np.random.Generator, until: datetime
) -> list[Interaction]:
    """What somebody of a kind does."""
    if kind == "regular":
        orders = chance.integers(10, 16)
        return [
            *_did(contact, "purchase", chance.uniform(1, 300, orders), until, chance, "shop", 900),
            *_did(contact, "open", chance.uniform(1, 85, chance.integers(8, 14)), until, chance),
        ]
    if kind == "former":
        orders = chance.integers(2, 4)
        return list(
            _did(contact, "purchase", chance.uniform(500, 700, orders), until, chance, "shop", 300)
        )
    if kind == "looker":
        visits = chance.uniform(1, 85, chance.integers(9, 15))
        return list(_did(contact, "visit", visits, until, chance, "web"))
    return []


def _did(contact, kind, days, until, chance, channel="email", worth=0):  # type: ignore[no-untyped-def]
    for day in np.sort(days):
        at = until - timedelta(days=float(day))
        amount = Decimal(f"{worth * float(chance.uniform(0.7, 1.3)):.2f}") if worth else None
        slot = next(_slots)
        yield Interaction(
            id=first_id(at) + slot % 1_000_000,
            contact=contact,
            kind=kind,
            at=at,
            key=f"test:{slot}",
            channel=channel,
            amount=amount,
        )


def make_company(name: str, industry: str) -> Company:
    company = Company(name=name, industry=industry, custom={})
    company.normalise()
    company.save()
    return company


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The method has tests of its own: here kinds lie far apart, and finer cuts of one are not asked for."""
    monkeypatch.setattr(clustering, "DRAWS", 6)
    monkeypatch.setattr(customer_segment_training, "MOST_SEGMENTS", len(KINDS))
