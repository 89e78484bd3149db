"""Storing what the model says of customers: segments, and who belongs to which."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import transaction

from core.upsert import upsert
from crm.models import Contact, ContactSegment


@dataclass(frozen=True, slots=True)
class SegmentSaid:
    """What is said of one contact; the names are columns of `ContactSegment`."""

    contact: int
    segment: int | None
    probability: float | None
    is_newcomer: bool
    reasons: list[dict[str, Any]]
    cell: str
    recency: int | None
    frequency: int | None
    value: int | None
    version: int
    run: int | None
    as_of: datetime


SAID = [field.name for field in fields(SegmentSaid)]
KEPT = ["previous", "since"]


@transaction.atomic
def store_contact_segments(
    said: Iterable[SegmentSaid], stood: Mapping[int, int] | None = None
) -> tuple[int, Counter[tuple[int, int]]]:
    """Insert or overwrite; what is as of a later moment stays. Rows written, and moves between segments.

    Contacts that were deleted since they were read are left out. Whoever changes the segment keeps the
    one before, and when that was; `stood` is where contacts were of whom nothing was said before.
    """
    rows, earlier = {row.contact: row for row in said}, stood or {}
    there = sorted(Contact.objects.filter(pk__in=rows).values_list("pk", flat=True))
    stored = ContactSegment.objects.select_for_update().filter(pk__in=there)
    before = {
        pk: (segment, previous, since, as_of)
        for pk, segment, previous, since, as_of in stored.order_by("pk").values_list(
            "pk", "segment_id", "previous_id", "since", "as_of"
        )
    }
    moves: Counter[tuple[int, int]] = Counter()
    values: list[list[Any]] = []
    for pk in there:
        row = rows[pk]
        segment, previous, since, as_of = before.get(pk, (earlier.get(pk), None, None, None))
        if row.segment != segment:
            previous, since = segment, row.as_of if row.segment else None
            is_newer = as_of is None or as_of <= row.as_of
            if segment and row.segment and is_newer:
                moves[segment, row.segment] += 1
        elif pk not in before and row.segment:
            since = row.as_of
        values.append([*(getattr(row, name) for name in SAID), previous, since])
    written = upsert(
        ContactSegment, values, fields=[*SAID, *KEPT], key=["contact"], newer_by="as_of"
    )
    return written, moves
