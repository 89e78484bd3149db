"""Merging: one record stays, the others go into the bin and say what they became."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.changes.drafts import Draft, complete, load_drafts, write_drafts
from core.errors import Refused
from core.models import ChangeSet, User
from core.records.fields import RecordField
from core.registries import RecordType
from core.services.records import EDIT, after_change
from crm.choices import PairState
from crm.models import DuplicatePair, MergedRecord
from crm.queries.merges import MERGE
from crm.services.merging.moving import move_links
from crm.services.merging.proposing import merged_fields

DELETE = "delete"
MOST = 5
MERGED_TYPES = ("crm.contact", "crm.company")


@transaction.atomic
def merge_records(
    *,
    kind: RecordType,
    survivor: int,
    losers: Sequence[int],
    winners: Mapping[str, int],
    by: User,
    at: datetime,
) -> ChangeSet:
    """Merge the losers into the survivor; `winners` says by field whose value is taken.

    A field that is not named, or that the user may not edit, stays as the survivor has it.
    """
    pks = [survivor, *losers]
    if kind.key not in MERGED_TYPES or not 2 <= len(set(pks)) == len(pks) <= MOST:
        raise Refused(_("Choose two to five records of one type."))
    drafts = _reached(kind, survivor, losers, by)
    change_set = ChangeSet.objects.create(
        object_type=kind.key, action=MERGE, actor=by, at=at, count=len(pks)
    )
    stays, gone = drafts[survivor], [drafts[pk] for pk in losers]
    _take_values(kind, drafts, stays, winners, by)
    _send_to_bin(kind, stays, gone, change_set)
    complete(kind, [stays], at)
    _write(kind, [stays], EDIT, change_set)
    for loser in losers:
        moved = move_links(kind, loser=loser, survivor=survivor, keeps=pks, change_set=change_set)
        MergedRecord.objects.create(
            object_type=kind.key,
            survivor_id=survivor,
            loser_id=loser,
            change_set=change_set,
            moved=moved.as_json(),
            at=at,
        )
    audit.record(actor=by, action=MERGE, subject=stays.record)
    pairs = DuplicatePair.objects.filter(object_type=kind.key, one_id__in=pks, other_id__in=pks)
    pairs.update(state=PairState.MERGED, decided_by=by, decided_at=at)
    return change_set


def _reached(kind: RecordType, survivor: int, losers: Sequence[int], by: User) -> dict[int, Draft]:
    """The records, locked in the order of their numbers; refused when one is gone or out of reach."""
    permissions.require(by, f"{kind.key}.edit")
    permissions.require(by, f"{kind.key}.delete")
    drafts = {d.record.pk: d for d in load_drafts(kind, [survivor, *losers], with_tags=True)}
    reached = all(
        pk in drafts and permissions.reaches(kind.model, by, drafts[pk].record, action)
        for action, pks in (("edit", [survivor, *losers]), (DELETE, losers))
        for pk in pks
    )
    if not reached:
        raise Refused(_("One of these records is gone, or your role does not reach it."))
    return drafts


def _take_values(
    kind: RecordType,
    drafts: Mapping[int, Draft],
    stays: Draft,
    winners: Mapping[str, int],
    by: User,
) -> None:
    for field in merged_fields(kind, by):
        winner = drafts.get(winners.get(field.name, 0))
        if winner is not None and winner is not stays:
            field.put(stays.record, field.value(winner.record))
        _forget_itself(field, stays.record, drafts)
    if permissions.access_of(by).edits(kind.field_name("tags")):
        stays.tags = set().union(*(draft.tags for draft in drafts.values()))
    _keep_last_touch(stays.record, [draft.record for draft in drafts.values()])


def _keep_last_touch(record: Any, records: Sequence[Any]) -> None:
    touched = [each.touched_at for each in records if each.touched_at]
    record.touched_at = max(touched, default=None)


def _forget_itself(field: RecordField, record: Any, drafts: Mapping[int, Draft]) -> None:
    """A person does not report to herself, nor is a company part of itself."""
    value = field.value(record) if field.column and field.is_link else None
    if isinstance(value, type(record)) and value.pk in drafts:
        field.put(record, None)


def _send_to_bin(
    kind: RecordType, stays: Draft, gone: Sequence[Draft], change_set: ChangeSet
) -> None:
    """A number that is there once is given up before the survivor takes it."""
    survivor: Any = stays.record
    for draft in gone:
        record: Any = draft.record
        record.deleted_at = change_set.at
        if record.external_id and record.external_id == survivor.external_id:
            record.external_id = None
    _write(kind, gone, DELETE, change_set)


def _write(kind: RecordType, drafts: Sequence[Draft], action: str, change_set: ChangeSet) -> None:
    written = write_drafts(kind, drafts, action=action, change_set=change_set)
    after_change(kind.key, written, changes=written, by=change_set.actor)
