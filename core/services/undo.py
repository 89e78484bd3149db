"""Putting a bulk change back, as far as nobody has changed the records since."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import permissions
from core.changes.drafts import complete, load_drafts, write_drafts
from core.changes.kinds import Change, change_called
from core.changes.putting_back import PuttingBack
from core.errors import Refused
from core.models import AuditEvent, ChangeSet, User
from core.registries import RecordType, record_types
from core.services.records import BATCH, after_change

UNDO = "undo"
HOURS = 24


@dataclass(frozen=True)
class Undone:
    """What came of it: the change set of the undoing, and how many records were left alone."""

    change_set: ChangeSet
    left_alone: int


@transaction.atomic
def undo_change_set(*, change_set: ChangeSet, by: User, at: datetime) -> Undone:
    """Put back what was there before, but for records that somebody has changed since."""
    undoing = begin_undoing(change_set=change_set, by=by, at=at)
    events = change_set.events.order_by("pk").iterator(chunk_size=BATCH)
    left = sum(put_back(events=batch, undoing=undoing) for batch in _batches(events))
    undoing.refresh_from_db(fields=["count"])
    return Undone(undoing, left)


def may_undo(change_set: ChangeSet, by: User, at: datetime) -> bool:
    """Whether the user did it, within a day; an administrator may undo what others did."""
    access = permissions.access_of(by)
    is_ones_own = change_set.actor_id == by.pk or access.is_administrator
    change = change_called(change_set.action)
    if change is None or not change.can_be_undone or change_set.object_type not in record_types:
        return False
    if not is_ones_own or change_set.undone_at is not None:
        return False
    is_recent = at < change_set.at + timedelta(hours=HOURS)
    return is_recent and access.may(f"{change_set.object_type}.{change.right}")


@transaction.atomic
def begin_undoing(*, change_set: ChangeSet, by: User, at: datetime) -> ChangeSet:
    """Mark the change as undone, once; returns the change set of the undoing."""
    if not may_undo(change_set, by, at):
        raise Refused(_("This can no longer be undone."))
    if change_set.run is not None and change_set.run.is_active:
        raise Refused(_("This change is still being made. Cancel it first."))
    if not ChangeSet.objects.filter(pk=change_set.pk, undone_at=None).update(undone_at=at):
        raise Refused(_("This was already undone."))
    change_set.undone_at = at
    return ChangeSet.objects.create(
        object_type=change_set.object_type, action=UNDO, actor=by, at=at
    )


@transaction.atomic
def put_back(*, events: Sequence[AuditEvent], undoing: ChangeSet) -> int:
    """Put back what the events changed; returns how many records were left alone."""
    by_kind: dict[str, list[AuditEvent]] = {}
    ties: dict[type[Change], list[AuditEvent]] = {}
    for event in events:
        change = change_called(event.action)
        if change is not None and change.ties_records:
            ties.setdefault(change, []).append(event)
        else:
            by_kind.setdefault(event.object_type, []).append(event)
    left = sum(_untie(change, of_change, undoing) for change, of_change in ties.items())
    for key, of_kind in by_kind.items():
        written = _put_back(record_types[key], of_kind, undoing)
        if key == undoing.object_type:  # not what went along with them
            left += len(of_kind) - written
            ChangeSet.objects.filter(pk=undoing.pk).update(count=F("count") + written)
    return left


def _untie(change: type[Change], events: list[AuditEvent], undoing: ChangeSet) -> int:
    back, left = change.untie(events, undoing)
    ChangeSet.objects.filter(pk=undoing.pk).update(count=F("count") + back)
    return left


def _put_back(kind: RecordType, events: Sequence[AuditEvent], undoing: ChangeSet) -> int:
    by_record = {event.object_id: event for event in events}
    with_tags = any("tags" in event.changes for event in events)
    drafts = load_drafts(kind, [pk for pk in by_record if pk is not None], with_tags=with_tags)
    putting_back = PuttingBack(kind, events)
    back = [d for d in drafts if putting_back.apply(d, by_record[d.record.pk])]
    if any(_changes_values(event.action) for event in events):
        complete(kind, back, undoing.at)
    written = write_drafts(kind, back, action=UNDO, change_set=undoing)
    after_change(kind.key, written, changes=written, by=undoing.actor)
    return len(written)


def _changes_values(action: str) -> bool:
    change = change_called(action)
    return change is not None and change.changes_values


def _batches(events: Iterable[AuditEvent]) -> Iterator[list[AuditEvent]]:
    source = iter(events)
    while batch := list(islice(source, BATCH)):
        yield batch
