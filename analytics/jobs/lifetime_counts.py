"""What the customers of a partition come to together: counts that a run adds up."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from analytics.queries.lifetime_value import BANDS, GROUPS, MILLIS, SEGMENT
from crm.models import Contact
from crm.services.contact_lifetimes import LifetimeSaid
from marketing.models import SegmentMember

__all__ = ["counts_of"]

CENTS = 100
TENTHS = 10


def counts_of(rows: Sequence[LifetimeSaid]) -> Counter[str]:
    """Customers, money in cents, purchases in thousandths; by value, by chance, by group."""
    counts: Counter[str] = Counter()
    contacts = [row.contact for row in rows]
    groups, segments = _groups(contacts), _segments(contacts)
    for row in rows:
        value = round(CENTS * (row.value or 0))
        counts["customers"] += 1
        counts["returned"] += row.purchases > 1
        counts["bought"] += round(CENTS * (row.total or 0))
        counts["value"] += value
        counts["at_risk"] += round(CENTS * (row.at_risk or 0))
        counts["expected"] += round(MILLIS * (row.expected or 0))
        if row.value is not None:
            counts[f"band_{_band(row.value)}"] += 1
        if row.alive is not None:
            counts["alive"] += round(MILLIS * row.alive)
            counts[f"alive_{min(int(row.alive * TENTHS), TENTHS - 1)}"] += 1
        parts = list(zip(GROUPS, groups.get(row.contact, ()), strict=False))
        for name, key in [*parts, *((SEGMENT, pk) for pk in segments[row.contact])]:
            counts[f"{name}_customers:{key}"] += 1
            counts[f"{name}_value:{key}"] += value
            counts[f"{name}_bought:{key}"] += round(CENTS * (row.total or 0))
    return counts


def _band(value: float) -> int:
    """Which of the bands of value it lies in."""
    return sum(value >= end for end in BANDS)


def _groups(contacts: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Source, owner, industry of each."""
    rows = Contact.objects.filter(pk__in=contacts)
    found = rows.values_list("pk", *GROUPS.values())
    return {pk: tuple("" if key is None else key for key in keys) for pk, *keys in found}


def _segments(contacts: Sequence[int]) -> dict[int, list[int]]:
    """The segments that each of them is in."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = SegmentMember.objects.filter(contact__in=contacts, segment__archived_at=None)
    for contact, segment in rows.values_list("contact", "segment"):
        found[contact].append(segment)
    return found
