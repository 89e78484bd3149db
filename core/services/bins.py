"""The bin: what is deleted for good, by whom, when, and what goes along."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import PROTECT, QuerySet

from core import audit, permissions
from core.models import Attachment, AuditEvent, User
from core.registries import RecordType
from core.rows.derived import forget_derived
from core.rows.keys import forget_keys
from core.services.records import after_change, kind_of


@dataclass(frozen=True)
class Erased:
    """How many records are gone, and how many had to stay because others need them."""

    count: int
    left_alone: int


@transaction.atomic
def erase_records(*, rows: QuerySet[Any], by: User) -> Erased:
    """Delete records of the bin for good; only what the user may bring back, with the right to."""
    permissions.require(by, "core.bin.empty")
    reached = rows.filter(permissions.bin_condition(rows.model, by))
    return erase(kind=kind_of(rows), rows=reached, by=by)


def overdue(kind: RecordType, at: datetime) -> QuerySet[Any]:
    """What has been in the bin for longer than the installation keeps it."""
    since = at - timedelta(days=settings.BIN_DAYS)
    rows: QuerySet[Any] = kind.model._base_manager.filter(deleted_at__lt=since)
    return rows


@transaction.atomic
def erase(*, kind: RecordType, rows: QuerySet[Any], by: User | None) -> Erased:
    """Delete rows of the bin for good, with their files and everything that belongs to them only.

    The audit trail keeps that there was a record and who did what, but no value of it.
    """
    locked = rows.select_for_update().filter(deleted_at__isnull=False).order_by("pk")
    records = list(locked)
    needed = _needed_by_others(kind, [record.pk for record in records])
    gone = [record for record in records if record.pk not in needed]
    pks = [record.pk for record in gone]
    AuditEvent.objects.filter(object_type=kind.key, object_id__in=pks).update(changes={})
    audit.record_all(actor=by, action="erase", changes_by_subject=[(record, {}) for record in gone])
    _erase_files(kind, pks)
    forget_keys(kind.key, pks)
    forget_derived(kind.key, pks)
    kind.model._base_manager.filter(pk__in=pks).delete()
    after_change(kind.key, pks, action="erase")
    return Erased(len(gone), len(needed))


def _needed_by_others(kind: RecordType, pks: Collection[int]) -> set[int]:
    """The records that others may not lose: a product in the lines of a deal."""
    needed: set[int] = set()
    for relation in kind.model._meta.related_objects:
        if relation.on_delete is PROTECT:
            name = relation.field.name
            rows: Any = relation.related_model._base_manager.filter(**{f"{name}__in": pks})
            needed |= set(rows.values_list(name, flat=True))
    return needed


def _erase_files(kind: RecordType, pks: Collection[int]) -> None:
    """The files go when the transaction has committed, else they could be missed."""
    attachments = Attachment.objects.filter(object_type=kind.key, object_id__in=pks)
    files = [(attachment.file.storage, attachment.file.name) for attachment in attachments]
    attachments.delete()
    transaction.on_commit(lambda: _delete_files(files))


def _delete_files(files: Collection[tuple[Storage, str | None]]) -> None:
    for storage, name in files:
        if name:
            storage.delete(name)
