"""The fields of a record as its page, its forms and its trail know them: built in or added."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from core import permissions
from core.choices import FieldType
from core.conditions.fields import value_of
from core.custom_names import custom_name
from core.fields.added import fields_of
from core.fields.stored import from_stored, to_stored
from core.fields.texts import text_of
from core.models import CustomField, User
from core.permissions import Access
from core.registries import RecordType, record_types
from core.registries.records import Choices, Field

CONTROL = "custom_"  # begins the names of controls
ADDED = "added"  # the section of the custom fields


@dataclass(frozen=True, eq=False)
class RecordField:
    """One field; `name` is the one in forms and addresses, `rule` the one that roles know.

    `column` is the model's, for added fields it is empty and `custom` is set. What has `through`
    belongs to the record at that link: the e-mail address of a lead's person.
    """

    name: str
    label: Any
    type: FieldType
    rule: str
    column: str = ""
    custom: CustomField | None = None
    declared: Field | None = None
    target: str = ""
    section: str = ""
    is_editable: bool = True
    is_required: bool = False
    through: str = ""
    choices: Mapping[Any, Any] = field(default_factory=dict)

    @property
    def trail_name(self) -> str:
        """The name of its changes in the audit trail."""
        return custom_name(self.custom.key) if self.custom else self.column

    @property
    def told_name(self) -> str:
        """The name by which programs know it."""
        return custom_name(self.custom.key) if self.custom else self.name

    @property
    def declared_choices(self) -> Choices:
        """What the record type offers where the column takes any value."""
        return _declared_choices(self.declared) if self.declared else ()

    @property
    def is_link(self) -> bool:
        return self.type in (FieldType.LINK, FieldType.USER)

    def holder(self, record: Any) -> Any:
        return getattr(record, self.through) if self.through else record

    def value(self, record: Any) -> Any:
        """What the record holds: a row for links, a list of names for tags."""
        held_by = self.holder(record)
        if held_by is None:
            return None
        if self.custom:
            return from_stored(self.custom.type, held_by.custom.get(self.custom.key))
        if self.type == FieldType.TAGS:
            return tag_names(held_by)
        return getattr(held_by, self.column, None)  # a new record has no row where one must be

    def text(self, value: Any, record: Any = None) -> str:
        """A value in words; amounts in the currency of the record, if it is given."""
        holder = self.holder(record) if record is not None else None
        currency = self.currency(holder)
        return text_of(self.type, value, choices=self.choices, currency=currency)

    def currency(self, holder: Any) -> str:
        """The currency of an amount, where the record or the field says it."""
        if self.custom:
            return self.custom.currency
        path = self.declared.currency if self.declared else ""
        return (value_of(holder, path) if path else "") or ""

    def put(self, record: Any, value: Any) -> None:
        """Set a value on the record in memory; added fields without a value have no key."""
        if self.through and self.holder(record) is None:
            linked: Any = record._meta.get_field(self.through).related_model
            setattr(record, self.through, linked())
        if not self.custom:
            setattr(self.holder(record), self.column, value)
            return
        custom = {key: kept for key, kept in record.custom.items() if key != self.custom.key}
        stored = to_stored(value)
        record.custom = custom if stored is None else {**custom, self.custom.key: stored}

    def is_unique(self, model: Any) -> bool:
        """Whether no two records may have the same value."""
        column: Any = model._meta.get_field(self.column) if self.column else None
        return column is not None and column.unique


def _declared_choices(field: Field) -> Choices:
    """Those that stand there; what the database holds belongs to links."""
    return () if callable(field.choices) else field.choices


def tag_names(record: Any) -> list[str]:
    """The tags by name, as prefetched."""
    return [tag.name for tag in record.tags.all()] if record.pk else []


def column_of(model: type[Model], field: Field) -> Any:
    """The model's field behind a declared one; None for what is computed or lies elsewhere."""
    if not field.is_own or "__" in field.shown_path:
        return None
    try:
        return model._meta.get_field(field.shown_path)
    except FieldDoesNotExist:
        return None


def built_in(kind: RecordType) -> list[RecordField]:
    """The declared fields that are columns of the record itself."""
    pairs = ((field, column_of(kind.model, field)) for field in kind.fields)
    return [
        RecordField(
            name=field.name,
            label=field.label,
            type=field.type,
            rule=kind.rule_of(field),
            column=column.name,
            declared=field,
            target=field.target,
            section=field.section,
            is_editable=field.is_editable,
            is_required=field.is_required,
            choices=dict(_declared_choices(field) or getattr(column, "flatchoices", ())),
        )
        for field, column in pairs
        if column is not None
    ]


def added(
    kind: RecordType, custom_fields: Iterable[CustomField] | None = None
) -> list[RecordField]:
    """The fields that the company has added."""
    stored = fields_of(kind.key) if custom_fields is None else custom_fields
    return [
        RecordField(
            name=f"{CONTROL}{field.key}",
            label=field.label,
            type=FieldType(field.type),
            rule=field.name,
            custom=field,
            target=field.target,
            section=ADDED,
            is_required=field.is_required,
            choices=dict(field.choices),
        )
        for field in stored
    ]


def fields_for(kind: RecordType, access: Access) -> list[RecordField]:
    """All fields of a record type that may be seen."""
    return [field for field in (*built_in(kind), *added(kind)) if access.sees(field.rule)]


def through(link: str, target: str, names: Iterable[str], user: User) -> list[RecordField]:
    """Fields of a linked record that stand in the form of this one."""
    kind = record_types[target]
    known = {field.name: field for field in built_in(kind)}
    access = permissions.access_of(user)
    return [
        RecordField(**{**vars(known[name]), "through": link})
        for name in names
        if access.sees(known[name].rule)
    ]
