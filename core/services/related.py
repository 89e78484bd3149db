"""Tying records to a record, and untying them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import permissions
from core.errors import Refused
from core.models import User
from core.records.declaration import RecordPage, Related, record_pages
from core.records.fields import built_in
from core.records.lookups import lookup_rows, name_of
from core.services.edits import edit_record


@transaction.atomic
def tie(
    *,
    page: RecordPage,
    related: Related,
    record: Any,
    number: int,
    role: str,
    by: User,
    at: datetime,
) -> None:
    """Bring a record that is there already into the relation, or say its role anew."""
    other = _other(related, number, by)
    _check_role(related, role)
    if related.add is not None:
        permissions.require(by, f"{page.kind}.edit")
        related.add(record=record, other=other, role=role, by=by, at=at)
        return
    if not permissions.reaches(type(other), by, other, "edit"):
        raise Refused(_("You may not change “%(name)s”.") % {"name": name_of(other, by)})
    _point_at(related, other, record, by, at)


def _point_at(related: Related, other: Any, record: Any, by: User, at: datetime) -> None:
    """Where the relation is a field of the other record, that field gets this record."""
    page = record_pages[related.object_type]
    field = next(f for f in built_in(page.record_type) if f.name == related.new_field)
    if not permissions.access_of(by).edits(field.rule):
        raise Refused(_("Your role may not change this field."))
    edit_record(
        record=other,
        fields={field.name: field},
        wanted={field.name: record},
        loaded={},
        by=by,
        at=at,
        save=page.save,
    )


@transaction.atomic
def untie(
    *, page: RecordPage, related: Related, record: Any, number: int, by: User, at: datetime
) -> None:
    """Take a record out of the relation; the record itself stays."""
    permissions.require(by, f"{page.kind}.edit")
    if related.remove is None:
        raise Refused(_("This cannot be taken away here."))
    related.remove(record=record, other=_other(related, number, by), by=by, at=at)


def _other(related: Related, number: int, by: User) -> Any:
    other = lookup_rows(related.object_type, by).filter(pk=number).first()
    if other is None:
        raise Refused(_("Choose one of the suggestions."))
    return other


def _check_role(related: Related, role: str) -> None:
    known: Sequence[Any] = [value for value, _label in related.roles]
    if role and role not in known:
        raise Refused(_("Choose one of the roles in the list."))
