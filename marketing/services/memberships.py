"""Who is in a segment: coming, going, and how many that makes; lists that people fill by hand."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Subquery, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from core import audit, permissions
from core.company import company
from core.errors import Refused
from core.locks import lock_for_transaction
from core.models import User
from core.upsert import insert_new
from crm.models import Contact
from marketing.models import Segment, SegmentMember, SegmentSize
from marketing.services.stale_memberships import note_contacts

LOCK = "marketing.memberships"
ADD, REMOVE = "segment.add", "segment.remove"
SLICE = 5_000  # contacts of one statement


def take_turn() -> None:
    """Whoever writes members waits for whoever does so: counts and members belong together."""
    lock_for_transaction(LOCK)


def company_day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(company().time_zone)).date()


def move(
    *,
    segment: Segment,
    joined: Collection[int],
    left: Collection[int],
    at: datetime,
    day: date | None = None,
) -> tuple[int, int]:
    """Contacts come and go; returns how many did. To be called in a turn (`take_turn`).

    Whoever moves contacts of several segments says the company's day, which is then read once.
    """
    came = sum(_add(segment, some, at) for some in _slices(joined))
    gone = sum(_remove(segment, some) for some in _slices(left))
    if came or gone:
        size: Any = Greatest(F("size") + came - gone, Value(0))
        Segment.objects.filter(pk=segment.pk).update(size=size)
        _note_size(segment, day or company_day(at), came, gone)
    return came, gone


def _slices(contacts: Collection[int]) -> Iterator[list[int]]:
    ids = sorted(contacts)
    for start in range(0, len(ids), SLICE):
        yield ids[start : start + SLICE]


def _add(segment: Segment, contacts: list[int], at: datetime) -> int:
    """Those that are still stored."""
    there = Contact._base_manager.filter(pk__in=contacts).order_by("pk")
    rows = ((segment.pk, pk, at) for pk in there.values_list("pk", flat=True))
    return insert_new(SegmentMember, rows, fields=("segment", "contact", "since"))


def _remove(segment: Segment, contacts: list[int]) -> int:
    rows = SegmentMember.objects.filter(segment=segment, contact__in=contacts)
    return rows.delete()[0]


def _note_size(segment: Segment, day: date, came: int, gone: int) -> None:
    rows = SegmentSize.objects.filter(segment=segment, day=day)
    size = Subquery(Segment.objects.filter(pk=segment.pk).values("size"))
    if not rows.update(size=size, joined=F("joined") + came, left=F("left") + gone):
        segment.refresh_from_db(fields=["size"])
        SegmentSize.objects.create(
            segment=segment, day=day, size=segment.size, joined=came, left=gone
        )


# -- lists -----------------------------------------------------------------------------------------


@transaction.atomic
def add_to_list(*, segment: Segment, contacts: Collection[int], by: User, at: datetime) -> int:
    """Put contacts that the user sees on a list; returns how many were not on it."""
    require_list(segment, by)
    seen = Contact.objects.visible_to(by).filter(pk__in=contacts)
    return _change(segment, set(seen.values_list("pk", flat=True)), set(), by, at)


@transaction.atomic
def remove_from_list(*, segment: Segment, contacts: Collection[int], by: User, at: datetime) -> int:
    """Take contacts that the user sees off a list; returns how many were on it."""
    require_list(segment, by)
    seen = Contact.objects.visible_to(by).filter(pk__in=contacts)
    return _change(segment, set(), set(seen.values_list("pk", flat=True)), by, at)


def require_list(segment: Segment, by: User) -> None:
    """Refuse what no person fills: a dynamic segment, one that is put away, one out of reach."""
    if not permissions.reaches(Segment, by, segment, "edit"):
        raise Refused(_("You may not change this segment. Ask whoever owns it."))
    if segment.is_dynamic:
        raise Refused(
            _("Contacts come into a dynamic segment by its condition. Choose a list instead.")
        )
    if segment.archived_at is not None:
        raise Refused(_("This list is archived. Bring it back first."))


def _change(segment: Segment, joined: set[int], left: set[int], by: User, at: datetime) -> int:
    take_turn()
    segment.refresh_from_db(fields=["size"])
    before = segment.size
    came, gone = move(segment=segment, joined=joined, left=left, at=at)
    if not came and not gone:
        return 0
    segment.refresh_from_db(fields=["size"])
    changes: dict[str, tuple[Any, Any]] = {"size": (before, segment.size)}
    if len(joined | left) == 1:
        [pk] = joined | left
        changes["contact"] = (None, pk) if joined else (pk, None)
    audit.record(actor=by, action=ADD if joined else REMOVE, subject=segment, changes=changes)
    note_contacts(joined | left, of=segment)
    return came + gone
