"""From the name of a field, such as `company.industry`, to the way there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, F, ForeignKey, IntegerField, OneToOneRel, When
from django.db.models import Field as Column
from django.utils.translation import gettext as _

from core.choices import SEVERAL_ROWS, FieldType
from core.conditions.viewpoint import Viewpoint
from core.custom_names import CUSTOM, custom_name
from core.errors import Refused
from core.fields.expressions import custom_value
from core.fields.ordering import Order
from core.fields.stored import from_stored
from core.models import CustomField
from core.registries import RecordType, record_types
from core.registries.records import Choices, Field

MAX_HOPS = 3
TEXTS = frozenset(
    {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.URL, FieldType.EMAIL, FieldType.PHONE}
)

UNORDERED = SEVERAL_ROWS | {FieldType.CHOICES, FieldType.USER, FieldType.LINK}


@dataclass(frozen=True)
class Hop:
    """A related row on the way to the value, which the asker has to be allowed to see."""

    path: str
    record_type: RecordType


@dataclass(frozen=True)
class ResolvedField:
    """A field seen from a record type: where its value is and what it holds.

    That of a custom field lies in the JSON at the path.
    """

    name: str
    labels: tuple[Any, ...]
    type: FieldType
    path: str
    compared: str = ""
    ordered: str = ""
    target: str = ""
    choices: Choices = ()
    hops: tuple[Hop, ...] = ()
    is_whole: bool = False
    is_nullable: bool = False
    custom: CustomField | None = None

    @property
    def key(self) -> str:
        """Where the value of a custom field lies in the JSON; empty for a built-in one."""
        return self.custom.key if self.custom else ""

    @property
    def is_text(self) -> bool:
        return self.type in TEXTS

    @property
    def label(self) -> str:
        """What people call it: "Company › Industry"."""
        return " › ".join(map(str, self.labels))

    @property
    def is_sortable(self) -> bool:
        """Whether its values have an order: lists and numbers of records have none."""
        return bool(self.ordered) or self.type not in UNORDERED

    def value_of(self, record: Any) -> Any:
        """The value of a record at hand; records and users are themselves, of custom fields ids."""
        value = value_of(record, self.path)
        return from_stored(self.type, (value or {}).get(self.key)) if self.key else value

    @property
    def order_path(self) -> str:
        return self.ordered or self.compared or self.path

    def order_expression(self, view: Viewpoint) -> Any:
        """What lists are ordered by; what the asker may not see has no value."""
        way: Any = F(self.order_path)
        found = custom_value(self.type, way, self.key) if self.key else way
        for hop in self._order_hops():
            if not view.reaches_all(hop.record_type):
                reached = view.reached(hop.record_type, hop.path)
                found = Case(When(reached, then=found))
        return found

    def _order_hops(self) -> Iterator[Hop]:
        yield from self.hops
        if self.ordered and self.type == FieldType.LINK:
            yield Hop(self.path, record_types[self.target])

    def order(self, view: Viewpoint) -> Order:
        """The same as keyset pages take it: a path where there is one."""
        expression = self.order_expression(view)
        if isinstance(expression, F):
            return Order(self.order_path, is_nullable=self.is_nullable)
        return Order(expression=expression, is_nullable=True)


def resolve(kind: RecordType, name: str, view: Viewpoint) -> ResolvedField:
    """The field of the name; one that may not be seen does not exist either."""
    found = _resolve(kind, name, view, 0)
    if found is None:
        raise Refused(_("There is no field “%(name)s” to filter by.") % {"name": name[:80]})
    return found


def _resolve(kind: RecordType, name: str, view: Viewpoint, depth: int) -> ResolvedField | None:
    first, _dot, rest = name.partition(".")
    if first == CUSTOM:
        return _custom(kind, rest, view)
    field = kind.field.get(first)
    if field is None or not view.access.sees(kind.rule_of(field)) or depth > MAX_HOPS:
        return None
    if field.via:
        found = _resolve(kind, field.via, view, depth + 1)
        return found and replace(found, name=name, labels=(field.label,))
    return _beyond(kind, field, rest, view, depth) if rest else _own(kind, field, view)


def _custom(kind: RecordType, key: str, view: Viewpoint) -> ResolvedField | None:
    """A field that was added to the record type."""
    field = view.custom_fields.get(kind.key, {}).get(key)
    if field is None or not view.access.sees(field.name):
        return None
    return ResolvedField(
        custom_name(key),
        (field.label,),
        FieldType(field.type),
        CUSTOM,
        target=field.target,
        choices=field.choices,
        is_whole=field.type in (FieldType.USER, FieldType.LINK),
        is_nullable=True,
        custom=field,
    )


def _own(kind: RecordType, field: Field, view: Viewpoint) -> ResolvedField:
    column = _column(kind, field.value_path)
    return ResolvedField(
        field.name,
        (field.label,),
        field.type,
        field.value_path,
        compared=field.compared,
        target=field.target,
        choices=view.choices_of(field) or tuple(getattr(column, "flatchoices", ())),
        is_whole=isinstance(column, IntegerField | ForeignKey),
        is_nullable=_may_be_missing(kind, field.order or field.compared or field.value_path),
        ordered=field.order if _may_be_ordered(field, view) else "",
    )


def _may_be_ordered(field: Field, view: Viewpoint) -> bool:
    """Whether the order tells nothing that is hidden: records are ordered by their names."""
    if field.type != FieldType.LINK:
        return True
    target, column = record_types[field.target], field.order.rpartition("__")[2]
    behind = (it for it in target.fields if column in (it.value_path, it.compared))
    return all(view.access.sees(target.rule_of(it)) for it in behind)


def _beyond(
    kind: RecordType, field: Field, rest: str, view: Viewpoint, depth: int
) -> ResolvedField | None:
    """A field of the record that a link points to."""
    if field.type != FieldType.LINK or not view.access.may(f"{field.target}.view"):
        return None
    target = record_types[field.target]
    found = _resolve(target, rest, view, depth + 1)
    if found is None:
        return None
    link = field.value_path
    hops = (Hop(link, target), *(Hop(f"{link}__{h.path}", h.record_type) for h in found.hops))
    return replace(
        found,
        name=f"{field.name}.{rest}",
        labels=(field.label, *found.labels),
        path=f"{link}__{found.path}",
        compared=f"{link}__{found.compared}" if found.compared else "",
        ordered=f"{link}__{found.ordered}" if found.ordered else "",
        hops=hops,
        is_nullable=True,
    )


def _column(kind: RecordType, path: str) -> "Column[Any, Any] | None":
    """The database column at the end of a path."""
    model: Any = kind.model
    column: Any = None
    for part in path.split("__"):
        column = model._meta.get_field(part)
        model = column.related_model
    return column if isinstance(column, Column) else None


def _may_be_missing(kind: RecordType, path: str) -> bool:
    """Whether a row may have no value: an empty column, or no row on the way."""
    model: Any = kind.model
    for part in path.split("__"):
        column = model._meta.get_field(part)
        if isinstance(column, OneToOneRel) or column.null:
            return True
        model = column.related_model
    return False


def value_of(record: Any, path: str) -> Any:
    """What stands at the end of a path from a record; None where the way ends before."""
    value = record
    for part in path.split("__"):
        value = getattr(value, part, None) if value is not None else None
    return value


def offered_fields(kind: RecordType, view: Viewpoint) -> Iterator[ResolvedField]:
    """All fields a user may ask for: the record's own and those of linked records."""
    names = _names_of(kind, view)
    for field in kind.fields:
        if field.type == FieldType.LINK:
            target = record_types[field.target]
            names += [f"{field.name}.{name}" for name in _names_of(target, view)]
    for name in names:
        found = _resolve(kind, name, view, 0)
        if found is not None:
            yield found


def _names_of(kind: RecordType, view: Viewpoint) -> list[str]:
    added = view.custom_fields.get(kind.key, {})
    return [*kind.field, *(custom_name(key) for key in added)]
