"""Segments of customers: found, kept between runs, counted, named by people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from analytics.models import SegmentOptions
from analytics.queries.customer_segments import K_MEANS, KIND, NO_SEGMENTS
from core import audit, permissions
from core.errors import Refused
from core.models import ModelVersion, User
from core.services.model_versions import champion_of, keep_waiting, promote_version
from crm.models import CustomerSegment
from crm.models.customer_segments import COLOURS

NAME = "analytics.customer_segments.name"
LONGEST_DESCRIPTION = 2_000


@transaction.atomic
def settle_version(*, version: ModelVersion) -> ModelVersion:
    """A training has published a version: the one that serves from now on, with the reason why.

    Where stable segments served, a training that finds none does not take them away: names that people work
    with must not come and go. The page tells of it.
    """
    live = champion_of(KIND)
    if live is None:
        promote_version(version=version, by=None, reason="first")
    elif live.algorithm == K_MEANS and version.algorithm == NO_SEGMENTS:
        keep_waiting(version=version, reason="unstable")
        return live
    else:
        promote_version(version=version, by=None, reason="newer")
    return version


@transaction.atomic
def keep_segments(
    *, version: ModelVersion, found: Sequence[Mapping[str, Any]], at: datetime
) -> list[int]:
    """Write the segments of a version that serves; those that go on keep name, number and colour.

    Each of `found` has `before` (the number of the segment it goes on from, or None), `archetype` and
    `profile`. Returns the numbers in their order.
    """
    CustomerSegment.objects.current().update(is_current=False)
    going_on = [one["before"] for one in found if one["before"] is not None]
    rows = CustomerSegment.objects.in_bulk(going_on)
    taken = {row.colour for row in rows.values()}
    names = {(row.archetype, row.twin) for row in rows.values()}
    numbers = []
    for place, one in enumerate(found):
        row = rows.get(one["before"])
        if row is None:
            row = CustomerSegment(archetype=one["archetype"], found_at=at)
            row.colour = _free(taken, COLOURS)
            taken.add(row.colour)
            row.twin = _free({twin for name, twin in names if name == row.archetype}, len(found))
            names.add((row.archetype, row.twin))
        row.version, row.place, row.profile = version, place, one["profile"]
        row.is_current = True
        row.save()
        numbers.append(row.pk)
    return numbers


def _free(taken: set[int], most: int) -> int:
    return next((number for number in range(1, most + 1) if number not in taken), most)


@transaction.atomic
def count_segments(*, counts: Mapping[str, int], at: datetime) -> None:
    """What a whole run has counted: members, and what they bought in hundredths."""
    for row in CustomerSegment.objects.current().only("pk"):
        CustomerSegment.objects.filter(pk=row.pk).update(
            size=counts.get(f"segment_{row.pk}", 0),
            value=Decimal(counts.get(f"worth_{row.pk}", 0)) / 100,
            counted_at=at,
        )


@transaction.atomic
def name_segment(
    *,
    segment: CustomerSegment,
    name: str,
    description: str,
    colour: int,
    by: User,
    at: datetime,
) -> None:
    """Call it as people do; without a name it is called as the model does."""
    permissions.require(by, NAME)
    name = " ".join(name.split())
    if len(name) > 80:
        raise Refused(_("A name has at most 80 characters."))
    if not 1 <= colour <= COLOURS:
        raise Refused(_("There is no such colour."))
    others = CustomerSegment.objects.current().exclude(pk=segment.pk)
    if name and any(str(other).casefold() == name.casefold() for other in others):
        raise Refused(_("Another segment is called so. Choose a name of its own."))
    before = audit.snapshot(segment)
    segment.name, segment.colour = name, colour
    segment.description = description.strip()[:LONGEST_DESCRIPTION]
    changes = audit.differences(before, segment)
    if not changes:
        return
    segment.named_by, segment.named_at = by, at
    segment.save(update_fields=["name", "description", "colour", "named_by", "named_at"])
    audit.record(actor=by, action="customer_segment.name", subject=segment, changes=changes)


@transaction.atomic
def set_options(*, reads_profile: bool, reads_text: bool, by: User, at: datetime) -> None:
    """What the next training may read."""
    permissions.require(by, "analytics.customer_segments.run")
    options = SegmentOptions.current()
    before = audit.snapshot(options)
    options.reads_profile, options.reads_text = reads_profile, reads_text
    changes = audit.differences(before, options)
    options.changed_at = at
    options.save()
    if changes:
        audit.record(actor=by, action="customer_segment.options", subject=options, changes=changes)
