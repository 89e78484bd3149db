"""Rows that no other service owns, written by an administrator in the admin panel."""

from typing import TypeVar

from django.db import transaction
from django.db.models import Model

from core import audit, permissions
from core.models import User

R = TypeVar("R", bound=Model)


@transaction.atomic
def save_row(*, row: R, by: User) -> R:
    """Create or change a row, with its trace; nothing is written where nothing differs."""
    permissions.require_administrator(by)
    stored = type(row)._base_manager.filter(pk=row.pk).first() if row.pk else None
    if stored is None:
        row.save()
        audit.record(actor=by, action="create", subject=row)
        return row
    changes = audit.differences(audit.snapshot(stored), row)
    if changes:
        row.save()
        audit.record(actor=by, action="edit", subject=row, changes=changes)
    return row
