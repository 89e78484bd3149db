"""What a table of the archive holds: the columns of its model, by the names that the API gives them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from core.choices import FieldType
from core.custom_names import CUSTOM, custom_name
from core.exports.archive import cells
from core.exports.archive.cells import Kind
from core.models import CustomField, User
from core.registries import record_types
from core.registries.archives import ArchiveTable

EXTERNAL = "external"
NAMED = frozenset({"tags", "roles"})  # relations of which names are written, not numbers


@dataclass(frozen=True)
class Column:
    """One column: `attribute` is where the value stands on a row, `key` the one of a custom field.

    `several` marks what a row has many of and what is therefore read beside the rows.
    """

    name: str
    kind: Kind
    attribute: str
    key: str = ""
    several: bool = False


KINDS: "tuple[tuple[type[models.Field[Any, Any]], Kind], ...]" = (
    (models.JSONField, cells.JSON),
    (models.BooleanField, cells.YES_NO),
    (models.DateTimeField, cells.MOMENT),
    (models.DateField, cells.DAY),
    (models.TimeField, cells.HOUR),
    (models.DecimalField, cells.DECIMAL),
    (models.FloatField, cells.REAL),
    (models.IntegerField, cells.WHOLE),
)


def columns_of(table: ArchiveTable) -> list[Column]:
    """The columns in the order of the model, then tags and links, added fields, external keys."""
    return [*_own(table), *_several(table), *_added(table)]


def _own(table: ArchiveTable) -> Iterator[Column]:
    names = _api_names(table)
    for field in table.model._meta.concrete_fields:
        is_custom = field.name == CUSTOM and table.model_name.lower() in record_types
        if field.name not in table.left_out and not is_custom:
            yield Column(names.get(field.name, field.name), _kind_of(field), field.attname)


def _kind_of(field: "models.Field[Any, Any]") -> Kind:
    if isinstance(field, models.ForeignKey):
        return cells.USER if field.related_model is User else cells.LINK
    for known, kind in KINDS:
        if isinstance(field, known):
            return kind
    return cells.OPTIONAL_TEXT if field.null else cells.TEXT


def _api_names(table: ArchiveTable) -> dict[str, str]:
    """The names of columns that the fields of the record type have; none hides another column."""
    key = table.model_name.lower()
    if key not in record_types:
        return {}
    fields = [field for field in record_types[key].fields if "__" not in field.shown_path]
    return {
        field.shown_path.removesuffix("_id"): field.name for field in fields if field.is_own
    } | {field.shown_path: field.name for field in fields if field.is_own}


def _several(table: ArchiveTable) -> Iterator[Column]:
    for name in table.several:
        yield Column(name, cells.NAMES if name in NAMED else cells.LINKS, name, several=True)


def _added(table: ArchiveTable) -> Iterator[Column]:
    key = table.model_name.lower()
    if key not in record_types:
        return
    for field in CustomField.objects.filter(object_type=key).order_by("pk"):
        is_text = FieldType(field.type) in cells.CUSTOM_TEXTS
        kind = cells.CUSTOM_TEXT if is_text else cells.JSON
        yield Column(custom_name(field.key), kind, CUSTOM, key=field.key)
    yield Column(EXTERNAL, cells.JSON, EXTERNAL, several=True)
