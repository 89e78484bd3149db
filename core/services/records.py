"""The one door for saving records: their owner at the start, their trace, what follows a change.

One record goes through `save_record`; many at once through `change_records`, which changes what the
user reaches among the given rows, writes in bulk, and leaves one audit event for each changed record
under one `ChangeSet`, so that `core.services.undo` can put them back.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core import audit, permissions
from core.changes import Assign, Change, Delete, Restore
from core.changes.drafts import complete, load_drafts, rules_of, write_drafts
from core.changes.kinds import Prepared, hand_to
from core.models import ChangeSet, OwnedRecord, User
from core.registries import RecordType, record_types, tell_followers
from core.services.quality import judge_changed
from core.services.search import index_new_records, index_records
from core.services.webhook_events import note_events

R = TypeVar("R", bound=OwnedRecord)

BATCH = 500
CREATE, EDIT = "create", "edit"


@transaction.atomic
def save_record(*, record: R, by: User) -> R:
    """Create or change a record; a new one without an owner belongs to whoever makes it."""
    is_new = record.pk is None
    if is_new:
        if record.owner is None:
            record.owner, record.team = by, by.team
        record.save()
        audit.record(actor=by, action=CREATE, subject=record)
        after_change(record._meta.label_lower, [record.pk], action=CREATE, by=by)
        return record
    stored = type(record)._base_manager.select_for_update().get(pk=record.pk)
    changes = audit.differences(audit.snapshot(stored), record)
    if changes:
        record.save()
        audit.record(actor=by, action=EDIT, subject=record, changes=changes)
        after_change(record._meta.label_lower, [record.pk], changes={record.pk: changes}, by=by)
    return record


def after_change(
    kind: str,
    ids: Collection[int],
    *,
    action: str = EDIT,
    changes: Mapping[int, audit.Changes] | None = None,
    by: User | None = None,
) -> None:
    """What follows every write of records, in its transaction; `kind` is such as crm.lead.

    Whoever writes records past this door (an import, an erasure) calls it with what was written:
    made ("create"), erased ("erase"), or changed in any way, then with the changes of each record where
    they are known.
    """
    at = timezone.now()
    if action == CREATE:
        index_new_records(kind, ids)
        rules_of(record_types[kind]).created(ids, by, at)
    else:
        index_records(kind, ids)
    if changes:
        rules_of(record_types[kind]).written(changes)
    judge_changed(kind, ids, is_new=action == CREATE, changes=changes)
    note_events(kind=kind, ids=ids, action=action, changes=changes, by=by, at=at)
    tell_followers(kind, ids)


def delete_records(*, rows: QuerySet[Any], by: User, at: datetime) -> ChangeSet:
    """Into the bin, from where they can be restored."""
    return change_records(rows=rows, change=Delete(), by=by, at=at)


def restore_records(*, rows: QuerySet[Any], by: User, at: datetime) -> ChangeSet:
    """Out of the bin."""
    return change_records(rows=rows, change=Restore(), by=by, at=at)


def assign_records(*, rows: QuerySet[Any], owner: User, by: User, at: datetime) -> ChangeSet:
    """To a colleague and the colleague's team; what has to go along goes along."""
    return change_records(rows=rows, change=Assign(owner.pk), by=by, at=at)


@transaction.atomic
def give_records(
    *, kind: RecordType, pks: Collection[int], owner: User, change_set: ChangeSet
) -> int:
    """To a colleague by a rule, without anybody's right; returns how many changed hands."""
    return _change_batch(kind, pks, Assign(owner.pk), hand_to(owner), change_set)


def kind_of(rows: QuerySet[Any]) -> RecordType:
    return record_types[rows.model._meta.label_lower]


@transaction.atomic
def change_records(
    *,
    rows: QuerySet[Any],
    change: Change,
    by: User,
    at: datetime,
    change_set: ChangeSet | None = None,
) -> ChangeSet:
    """Change those of the rows that the user reaches and that are not so already.

    With `change_set` it is one more part of a change that was begun before.
    """
    kind = kind_of(rows)
    permissions.require(by, f"{kind.key}.{change.right}")
    prepared = change.prepared(kind, by)
    change_set = change_set or begin_change_set(kind=kind, change=change, by=by, at=at)
    reached = rows.filter(change.reach(kind.model, by)).order_by("pk")
    pks = sorted(set(reached.values_list("pk", flat=True)))
    count = 0
    for start in range(0, len(pks), BATCH):
        count += _change_batch(kind, pks[start : start + BATCH], change, prepared, change_set)
    ChangeSet.objects.filter(pk=change_set.pk).update(count=F("count") + count)
    change_set.refresh_from_db(fields=["count"])
    return change_set


def begin_change_set(*, kind: RecordType, change: Change, by: User, at: datetime) -> ChangeSet:
    return ChangeSet.objects.create(object_type=kind.key, action=change.key, actor=by, at=at)


def _change_batch(
    kind: RecordType,
    pks: Collection[int],
    change: Change,
    prepared: Prepared,
    change_set: ChangeSet,
) -> int:
    """Change some records, and those of other types that change hands with them."""
    drafts = load_drafts(kind, pks, with_tags=change.changes_tags)
    along = rules_of(kind).taken_along([draft.record for draft in drafts])
    for draft in drafts:
        prepared(draft, change_set.at)
    if change.changes_values:
        complete(kind, drafts, change_set.at)
    written = write_drafts(kind, drafts, action=change.key, change_set=change_set)
    after_change(kind.key, written, changes=written, by=change_set.actor)
    if isinstance(change, Assign):
        for other, ids in along.items():
            _change_batch(record_types[other], ids, change, prepared, change_set)
    change.follow_up([d.record for d in drafts if d.record.pk in written], change_set)
    return len(written) + change.tie([draft.record.pk for draft in drafts], change_set)
