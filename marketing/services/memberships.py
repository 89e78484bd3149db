"""Who is in a segment: coming, going, and how many that makes; lists that people fill by hand."""

from collections.abc import Collection, Iterator, Mapping
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
from core.models import ChangeSet, User
from core.upsert import insert_new
from crm.models import Contact
from marketing.models import Segment, SegmentMember, SegmentSize
from marketing.services.stale_memberships import note_contacts

LOCK = "marketing.memberships"
ADD, REMOVE, UNDO = "segment.add", "segment.remove", "undo"
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
    since: Mapping[int, datetime] | None = None,
) -> tuple[int, int]:
    """Contacts come and go; returns how many did. To be called in a turn (`take_turn`).

    Whoever moves contacts of several segments says the company's day, which is then read once. Who comes
    back may be there `since` an earlier moment.
    """
    came = sum(_add(segment, some, since or {}, at) for some in _slices(joined))
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


def _add(segment: Segment, contacts: list[int], since: Mapping[int, datetime], at: datetime) -> int:
    """Those that are still stored."""
    there = Contact._base_manager.filter(pk__in=contacts).order_by("pk")
    rows = ((segment.pk, pk, since.get(pk, at)) for pk in there.values_list("pk", flat=True))
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
def add_to_list(
    *,
    segment: Segment,
    contacts: Collection[int],
    by: User,
    at: datetime,
    change_set: ChangeSet | None = None,
) -> int:
    """Put contacts that the user sees on a list; returns how many were not on it."""
    require_list(segment, by)
    return _join(segment, dict.fromkeys(_seen(contacts, by), at), by, at, change_set)


def _seen(contacts: Collection[int], by: User) -> list[int]:
    rows = Contact.objects.visible_to(by).filter(pk__in=contacts)
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def remove_from_list(
    *,
    segment: Segment,
    contacts: Collection[int],
    by: User,
    at: datetime,
    change_set: ChangeSet | None = None,
) -> int:
    """Take contacts that the user sees off a list; returns how many were on it."""
    require_list(segment, by)
    return _leave(segment, _seen(contacts, by), by, at, change_set)


@transaction.atomic
def undo_add(*, segment: Segment, told: Mapping[str, str], undoing: ChangeSet) -> int:
    """Off the list with those who have been on it since that change; returns how many these are."""
    by = _who(undoing)
    require_list(segment, by)
    take_turn()
    rows = SegmentMember.objects.filter(segment=segment, contact__in=map(int, told))
    since = dict(rows.values_list("contact", "since"))
    same = [pk for pk, moment in since.items() if moment.isoformat() == told[str(pk)]]
    return _leave(segment, _seen(same, by), by, undoing.at, undoing, action=UNDO)


@transaction.atomic
def undo_remove(*, segment: Segment, told: Mapping[str, str], undoing: ChangeSet) -> int:
    """Back on the list, since when they were there before; returns how many were not on it again."""
    by = _who(undoing)
    require_list(segment, by)
    back = {pk: datetime.fromisoformat(told[str(pk)]) for pk in _seen(list(map(int, told)), by)}
    return _join(segment, back, by, undoing.at, undoing, action=UNDO)


def _who(undoing: ChangeSet) -> User:
    if undoing.actor is None:
        raise Refused(_("Whoever started this may no longer do it."))
    return undoing.actor


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


def _join(
    segment: Segment,
    contacts: Mapping[int, datetime],
    by: User,
    at: datetime,
    change_set: ChangeSet | None,
    action: str = ADD,
) -> int:
    """Those who are not on the list yet come onto it, each since a moment."""
    take_turn()
    there = SegmentMember.objects.filter(segment=segment, contact__in=list(contacts))
    known = set(there.values_list("contact", flat=True))
    new = {pk: since for pk, since in contacts.items() if pk not in known}
    segment.refresh_from_db(fields=["size"])
    before = segment.size
    came, _gone = move(segment=segment, joined=new.keys(), left=set(), at=at, since=new)
    if came:
        segment.refresh_from_db(fields=["size"])
        told = {str(pk): since.isoformat() for pk, since in sorted(new.items())}
        changes = {"size": (before, segment.size), "contacts": (None, told)}
        audit.record(
            actor=by, action=action, subject=segment, changes=changes, change_set=change_set
        )
        note_contacts(new, of=segment)
    return came


def _leave(
    segment: Segment,
    contacts: Collection[int],
    by: User,
    at: datetime,
    change_set: ChangeSet | None,
    action: str = REMOVE,
) -> int:
    """Those who are on the list go from it; the trail keeps since when they were."""
    take_turn()
    there = SegmentMember.objects.filter(segment=segment, contact__in=contacts)
    known = dict(there.order_by("contact").values_list("contact", "since"))
    segment.refresh_from_db(fields=["size"])
    before = segment.size
    _came, gone = move(segment=segment, joined=set(), left=known.keys(), at=at)
    if gone:
        segment.refresh_from_db(fields=["size"])
        told = {str(pk): since.isoformat() for pk, since in known.items()}
        changes = {"size": (before, segment.size), "contacts": (told, None)}
        audit.record(
            actor=by, action=action, subject=segment, changes=changes, change_set=change_set
        )
        note_contacts(known, of=segment)
    return gone
