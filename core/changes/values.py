"""One field of any record type that gets one value in many records: which fields, and what is valid."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core import permissions
from core.choices import FieldType
from core.errors import Refused
from core.models import OwnedRecord, User
from core.records.controls import clean_stored, form_field
from core.records.fields import RecordField, fields_for
from core.registries import RecordType

Setter = Callable[[OwnedRecord], None]


def editable_fields(kind: RecordType, by: User) -> dict[str, RecordField]:
    """The fields by name of which many records may get the same value."""
    access = permissions.access_of(by)
    return {
        field.name: field
        for field in fields_for(kind, access)
        if field.is_editable
        and field.type != FieldType.TAGS
        and not field.is_unique(kind.model)
        and access.edits(field.rule)
    }


def control_of(kind: RecordType, field: RecordField, by: User) -> forms.Field:
    """The control of the record's own form."""
    return form_field(field, kind.model(), by)


def setter_of(kind: RecordType, name: str, value: Any, by: User) -> Setter:
    """What writes a value, as JSON keeps it, into a record; refuses what is not allowed or not valid."""
    field = editable_fields(kind, by).get(name)
    if field is None:
        raise Refused(_("Your role may not change this field, or there is no such field."))
    try:
        valid = clean_stored(control_of(kind, field, by), value)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error

    def write(record: OwnedRecord) -> None:
        if record != valid:  # no record is linked to itself
            field.put(record, valid)

    return write
