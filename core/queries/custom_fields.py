"""What the settings page shows of custom fields."""

from collections.abc import Iterator
from typing import Any

from core import permissions
from core.choices import CUSTOM_FIELD_TYPES, FieldType
from core.lists.parts import ICONS
from core.models import CustomField, OwnedRecord, User
from core.registries import RecordType, record_types


def extensible_types(user: User) -> Iterator[RecordType]:
    """The record types that take custom fields and that the user may see."""
    access = permissions.access_of(user)
    for kind in record_types:
        if issubclass(kind.model, OwnedRecord) and access.may(f"{kind.key}.view"):
            yield kind


def seen_fields(user: User) -> list[CustomField]:
    """All custom fields that the user may see, archived ones as well."""
    access = permissions.access_of(user)
    kinds = {kind.key for kind in extensible_types(user)}
    fields = CustomField.objects.filter(object_type__in=kinds)
    return [field for field in fields if access.sees(field.name)]


def fields_page(kind: RecordType, user: User) -> dict[str, Any]:
    """The fields of one record type, in their order; those in use and those that were archived."""
    fields = [field for field in seen_fields(user) if field.object_type == kind.key]
    active = [field for field in fields if not field.is_archived]
    return {
        "kind": kind,
        "active": [(f, ICONS[FieldType(f.type)], _target_label(f)) for f in active],
        "archived": [field for field in fields if field.is_archived],
    }


def _target_label(field: CustomField) -> Any:
    return record_types[field.target].label if field.target in record_types else ""


def offered_types() -> list[tuple[FieldType, str]]:
    return [(kind, ICONS[kind]) for kind in CUSTOM_FIELD_TYPES]
