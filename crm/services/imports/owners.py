"""Owners that files name and that are no colleagues yet: their names are kept."""

from collections.abc import Sequence

from core.choices import FieldType
from core.errors import Refused
from core.records.fields import RecordField
from core.rows.fields import RowFields
from core.services.custom_fields import ensure_field
from crm.models import FileImport
from crm.services.imports.links import Linker
from crm.services.imports.refusals import NAME_KEPT, NO_COLLEAGUE
from crm.services.imports.rows import FileRow


class OwnerNames:
    """A field with the name of the file's column, made as soon as a row needs it."""

    def __init__(self, file_import: FileImport, linker: Linker) -> None:
        self.linker = linker
        self.object_type = file_import.object_type
        columns = (e["column"] for e in file_import.mapping if e["target"] == "owner")
        self.label = next(columns, "")[:200]

    def make_place(self, rows: Sequence[FileRow]) -> bool:
        """Make the field if a row names somebody unknown; returns whether one does."""
        told = {str(row.values["owner"]): row for row in rows if "owner" in row.values}
        if all(self.linker.owner_of(row) for row in told.values()):
            return False
        try:
            ensure_field(object_type=self.object_type, label=self.label, field_type=FieldType.TEXT)
        except Refused:  # there is no room for more fields: the remark tells the name
            return False
        return True

    def place(self, fields: RowFields) -> RecordField | None:
        """The field, as far as it takes text and the user may fill it."""
        for field in fields.custom.values():
            is_called_so = str(field.label).casefold() == self.label.casefold()
            if is_called_so and field.type == FieldType.TEXT:
                return None if fields.refusal(field, is_new=True) else field
        return None

    def tell(self, row: FileRow, place: RecordField | None, *, is_sure: bool) -> None:
        told = {"link": self.linker.owner_label, "text": str(row.values["owner"])[:80]}
        if place is None and is_sure:
            row.remark(NO_COLLEAGUE, **told)
        else:
            row.remark(NAME_KEPT, field=self.label, **told)
