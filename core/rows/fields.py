"""The fields that rows of a record type may give, as far as somebody may write them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import ForeignKey
from django.utils.translation import gettext as _

from core import permissions
from core.choices import FieldType
from core.conditions.viewpoint import Viewpoint
from core.models import User
from core.records.fields import RecordField, fields_for
from core.registries import RecordType, rules_for_rows

EXTERNAL, OWNER, TAGS = "external", "owner", "tags"


@dataclass(frozen=True)
class RowFields:
    """The fields of a record type for one user, read once for all rows."""

    kind: RecordType
    user: User
    view: Viewpoint
    is_of_file: bool = False

    @cached_property
    def _all(self) -> list[RecordField]:
        return fields_for(self.kind, permissions.access_of(self.user))

    @cached_property
    def by_name(self) -> dict[str, RecordField]:
        return {field.name: field for field in self._all if not field.custom}

    @cached_property
    def custom(self) -> dict[str, RecordField]:
        return {field.custom.key: field for field in self._all if field.custom}

    @cached_property
    def required(self) -> list[RecordField]:
        return [field for field in self._all if field.is_required]

    @cached_property
    def unique(self) -> list[tuple[RecordField, Any]]:
        """Fields whose value only one record may have, with their columns."""
        pairs = ((field, self.column(field)) for field in self.by_name.values())
        return [(f, column) for f, column in pairs if column.unique and f.type != FieldType.TAGS]

    def column(self, field: RecordField) -> Any:
        return self.kind.model._meta.get_field(field.column)

    def is_written(self, field: RecordField, *, is_new: bool) -> bool:
        rules = rules_for_rows(self.kind.key)
        told = rules.begins_with + (rules.told_by_files if self.is_of_file else ())
        begins = is_new and field.name in told
        return begins or field.is_editable or field.name == OWNER

    def refusal(self, field: RecordField | None, *, is_new: bool) -> str:
        """Why the field may not be given; empty when it may."""
        if field is None:
            return _("There is no such field, or you may not see it.")
        if not self.is_written(field, is_new=is_new):
            return _("This field cannot be written.")
        if not permissions.access_of(self.user).edits(field.rule):
            return _("Your role may not change this field.")
        return ""

    def is_reference(self, field: RecordField) -> bool:
        """Whether the value is a row: of a record type, a user, a stage."""
        if field.type in (FieldType.LINK, FieldType.USER):
            return True
        return not field.custom and isinstance(self.column(field), ForeignKey)

    def choices(self, field: RecordField) -> dict[Any, Any]:
        """The rows that a choice is one of."""
        return dict(self.view.choices_of(field.declared)) if field.declared else {}
