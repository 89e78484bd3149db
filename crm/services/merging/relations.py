"""Everything that points to a record, found in the models themselves."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import CharField, Count, F, Model, QuerySet, UniqueConstraint, Value
from django.utils.text import capfirst

from core.choices import FieldType
from core.models import CustomField
from core.registries import RecordType, record_types

TYPE, NUMBER = "object_type", "object_id"
# Rows by record type and number that stay with the record that goes: what happened to it, what is
# written anew from the records, and what somebody opened.
STAYS = frozenset(
    {
        "core.auditevent",
        "core.recentrecord",
        "core.searchentry",
        "core.webhookdelivery",
        "core.webhookevent",
        "crm.duplicatekey",
    }
)


@dataclass(frozen=True)
class Relation:
    """A column of another table (or of the same one) that holds the number of a record."""

    model: type[Model]
    column: str  # such as company_id
    object_type: str = ""  # where the table holds numbers of records of every type

    @property
    def key(self) -> str:
        return f"{self.model._meta.label_lower}.{self.column}"

    def rows(self, pks: Collection[int]) -> QuerySet[Any]:
        """The rows that point to the records; those in the bin as well."""
        rows = self.model._base_manager.filter(**{f"{self.column}__in": pks})
        return rows.filter(**{TYPE: self.object_type}) if self.object_type else rows

    def unique_beside(self) -> list[list[str]]:
        """For each rule of uniqueness with the column: the other columns that it is made of."""
        found: list[list[str]] = []
        for names in _unique_names(self.model):
            columns = [_attname(self.model, name) for name in names]
            if self.column in columns:
                found.append([name for name in columns if name != self.column])
        return found


def _unique_names(model: type[Model]) -> Iterator[tuple[str, ...]]:
    for rule in model._meta.constraints:
        if isinstance(rule, UniqueConstraint) and rule.fields:
            yield tuple(rule.fields)
    for names in model._meta.unique_together:
        yield tuple(names)
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield (field.name,)


def _attname(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.attname)


def relations_of(kind: RecordType) -> list[Relation]:
    """Links to the type, then the tables that name records of every type."""
    return [*_links(kind.model), *_by_number(kind)]


def _links(model: type[Model]) -> Iterator[Relation]:
    """Also hidden ones and the tables in between; a record's own tags are values of it.

    What is said of the record itself, in a table beside it with the same number, stays with it: it is computed
    anew for the one that stays.
    """
    own_tags = model._meta.get_field("tags").remote_field.through  # type: ignore[union-attr]
    for relation in model._meta.get_fields(include_hidden=True):
        is_link = relation.auto_created and (relation.one_to_many or relation.one_to_one)
        field: Any = relation.field if is_link else None  # type: ignore[union-attr]
        if is_link and relation.related_model is not own_tags and not field.primary_key:
            yield Relation(relation.related_model, field.attname)  # type: ignore[arg-type]


def _by_number(kind: RecordType) -> Iterator[Relation]:
    for model in tables_by_number():
        if model._meta.label_lower not in STAYS:
            yield Relation(model, NUMBER, kind.key)


def tables_by_number() -> Iterator[type[Model]]:
    """The tables whose rows name a record of any type."""
    for model in apps.get_models():
        if {TYPE, NUMBER} <= {field.name for field in model._meta.concrete_fields}:
            yield model


def custom_links(kind: RecordType) -> list[CustomField]:
    """The added fields, of whatever type, that lead to records of this one."""
    return list(CustomField.objects.filter(type=FieldType.LINK, target=kind.key))


def rows_linked_by(custom: CustomField, pks: Collection[int]) -> QuerySet[Any]:
    """The records whose added field leads to one of these."""
    model: Any = record_types[custom.object_type].model
    rows: QuerySet[Any] = model._base_manager.filter(**{f"custom__{custom.key}__in": list(pks)})
    return rows


def counts_of(kind: RecordType, pks: Collection[int]) -> dict[str, int]:
    """How many rows point to the records, by relation: one query."""
    parts = [
        relation.rows(pks)
        .order_by()
        .annotate(relation=Value(relation.key, output_field=CharField()))
        .values("relation")
        .annotate(rows=Count(F(relation.column)))
        .values_list("relation", "rows")
        for relation in relations_of(kind)
    ]
    return {key: rows for key, rows in parts[0].union(*parts[1:], all=True) if rows}


def labels_of(kind: RecordType) -> dict[str, Any]:
    """What the rows of each relation are called; tables in between that nobody knows have no name."""
    return {
        relation.key: ""
        if relation.model._meta.auto_created
        else capfirst(relation.model._meta.verbose_name_plural or "")
        for relation in relations_of(kind)
    }
