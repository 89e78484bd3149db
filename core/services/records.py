"""The one door for saving a record: its owner, its trace in the audit trail, its search entry."""

from typing import TypeVar

from django.db import transaction

from core import audit
from core.models import OwnedRecord, User
from core.services.search import index_records

R = TypeVar("R", bound=OwnedRecord)


@transaction.atomic
def save_record(*, record: R, by: User) -> R:
    """Create or change a record; a new one without an owner belongs to whoever makes it."""
    if record.pk is None:
        if record.owner is None:
            record.owner, record.team = by, by.team
        record.save()
        audit.record(actor=by, action="create", subject=record)
        index_records(record._meta.label_lower, [record.pk])
        return record
    stored = type(record)._base_manager.select_for_update().get(pk=record.pk)
    changes = audit.differences(audit.snapshot(stored), record)
    if changes:
        record.save()
        audit.record(actor=by, action="edit", subject=record, changes=changes)
        index_records(record._meta.label_lower, [record.pk])
    return record
