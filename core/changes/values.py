"""One field of any record type that gets one value: which fields, and what the value may be."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Field as Column
from django.db.models import ForeignKey, ManyToManyField
from django.utils.translation import gettext as _

from core import permissions
from core.choices import FieldType
from core.errors import Refused
from core.fields.parsing import parse_value
from core.models import CustomField, OwnedRecord, User
from core.permissions import Access
from core.registries import RecordType, record_types
from core.registries.records import Field
from core.services.custom_fields import fields_of

CUSTOM = "custom."
LONGEST_ID = 18  # digits; what is longer fits no column

Setter = Callable[[OwnedRecord], None]


def editable_fields(kind: RecordType, access: Access) -> Iterator[Field]:
    """The built-in fields of which many records may get the same value."""
    for field in kind.fields:
        if not field.is_editable or field.type == FieldType.TAGS or field.via:
            continue
        if column_of(kind, field) is not None and access.edits(kind.rule_of(field)):
            yield field


def editable_custom_fields(kind: RecordType, access: Access) -> list[CustomField]:
    return [field for field in fields_of(kind.key) if access.edits(field.name)]


def column_of(kind: RecordType, field: Field) -> "Column[Any, Any] | None":
    """The record's own column that people write to; none that has to be unique."""
    path = field.shown_path
    names = {column.name: column for column in kind.model._meta.concrete_fields}
    column = names.get(path) or names.get(path.removesuffix("_id"))
    is_usable = column is not None and not column.unique and not isinstance(column, ManyToManyField)
    return column if is_usable else None


def setter_of(kind: RecordType, name: str, text: str, by: User) -> Setter:
    """What writes the value into a record at hand; refuses a field or value that is not allowed."""
    access = permissions.access_of(by)
    if name.startswith(CUSTOM):
        custom = {f"{CUSTOM}{f.key}": f for f in editable_custom_fields(kind, access)}
        if name in custom:
            return _custom_setter(custom[name], text, by)
    built_in = {field.name: field for field in editable_fields(kind, access)}
    if name not in built_in:
        raise Refused(_("Your role may not change this field, or there is no such field."))
    field = built_in[name]
    column: Any = column_of(kind, field)
    if isinstance(column, ForeignKey):
        return _link_setter(kind, field, column, text, by)
    value = _cleaned(field, column, text)

    def write(record: OwnedRecord) -> None:
        setattr(record, column.attname, value)

    return write


def _cleaned(field: Field, column: Any, text: str) -> Any:
    form_field: forms.Field = column.formfield()
    try:
        value = form_field.clean(text)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    if field.is_required and value in form_field.empty_values:
        raise Refused(_("“%(field)s” cannot be empty.") % {"field": field.label})
    return value


def _link_setter(kind: RecordType, field: Field, column: Any, text: str, by: User) -> Setter:
    """A link to a record that the user may see; no record is linked to itself."""
    target = record_types[field.target] if field.target else None
    pk = int(text) if text.isdecimal() and text.isascii() and len(text) <= LONGEST_ID else None
    if text and (
        pk is None
        or target is None
        or not permissions.visible_rows(target.model, by).filter(pk=pk).exists()
    ):
        raise Refused(_("The record to link to is gone or not shared with you."))
    if pk is None and not column.null:
        raise Refused(_("“%(field)s” cannot be empty.") % {"field": field.label})
    is_of_same_type = target is not None and target.key == kind.key

    def write(record: OwnedRecord) -> None:
        if not (is_of_same_type and record.pk == pk):
            setattr(record, column.attname, pk)

    return write


def _custom_setter(field: CustomField, text: str, by: User) -> Setter:
    try:
        value = parse_value(field, text, by=by)
    except ValueError as error:
        raise Refused(str(error)) from error
    if value is None and field.is_required:
        raise Refused(_("“%(field)s” cannot be empty.") % {"field": field.label})

    def write(record: OwnedRecord) -> None:
        custom = {key: kept for key, kept in record.custom.items() if key != field.key}
        record.custom = custom if value is None else {**custom, field.key: value}

    return write
