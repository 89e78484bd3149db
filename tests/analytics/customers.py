"""Customers with a known truth: how often each buys, for how much, and when they left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from crm.choices import InteractionKind
from crm.models import Contact, Interaction
from crm.services.interactions import NewInteraction, record_interactions
from tests.factories.core import NOW

# BG/NBD and Gamma-Gamma, times in weeks.
R, ALPHA, A, B = 0.9, 6.0, 0.8, 2.5
P, Q, V = 6.0, 4.0, 60.0
SOURCES = ("Web", "Fair", "Referral")


@dataclass(frozen=True)
class CustomerTruth:
    """Of each contact whether they were still there at the end, and what they bought."""

    is_there: dict[int, bool]
    days: dict[int, list[datetime]]


def make_customers(
    number: int, *, weeks: int = 104, seed: int = 1, until: datetime = NOW, returns: bool = True
) -> CustomerTruth:
    """Customers who came at any time of the first two thirds; without `returns` none comes back."""
    chance = np.random.default_rng(seed)
    first = Contact.objects.count()
    contacts = Contact.objects.bulk_create(
        Contact(
            name=f"Customer {first + place}",
            name_key=f"customer {first + place}",
            source=SOURCES[place % 3],
        )
        for place in range(number)
    )
    is_there, days, told = {}, {}, []
    for contact in contacts:
        begins = until - timedelta(weeks=float(chance.uniform(weeks / 3, weeks)))
        rate, leaves = chance.gamma(R) / ALPHA, chance.beta(A, B)
        spends = V / chance.gamma(Q)
        bought, at, here = [begins], begins, True
        while returns and here:
            at += timedelta(weeks=min(float(chance.exponential(1 / rate)), 5_000))
            if at >= until:
                break
            bought.append(at)
            here = bool(chance.random() > leaves)
        is_there[contact.pk], days[contact.pk] = here, bought
        told += [
            NewInteraction(
                contact.pk,
                InteractionKind.PURCHASE,
                when,
                key=f"{seed}:{contact.pk}:{place}",
                amount=Decimal(f"{chance.gamma(P) * spends / P * 3:.2f}"),
            )
            for place, when in enumerate(bought)
        ]
    record_interactions(told)
    return CustomerTruth(is_there, days)


def buy(contact: Contact, day: datetime, amount: str = "10.00", currency: str = "") -> None:
    record_interactions(
        [
            NewInteraction(
                contact.pk,
                InteractionKind.PURCHASE,
                day,
                amount=Decimal(amount),
                currency=currency,
            )
        ]
    )


def forget_purchases(contact: int) -> None:
    Interaction.objects.filter(contact=contact).delete()
