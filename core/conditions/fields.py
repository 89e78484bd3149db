"""From the name of a field, such as `company.industry`, to the way there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Field as Column
from django.db.models import ForeignKey, IntegerField
from django.utils.translation import gettext as _

from core.choices import FieldType
from core.conditions.viewpoint import Viewpoint
from core.errors import Refused
from core.registries import RecordType, record_types
from core.registries.records import Choices, Field

MAX_HOPS = 3
TEXTS = frozenset(
    {FieldType.TEXT, FieldType.LONG_TEXT, FieldType.URL, FieldType.EMAIL, FieldType.PHONE}
)


@dataclass(frozen=True)
class Hop:
    """A related row on the way to the value, which the asker has to be allowed to see."""

    path: str
    record_type: RecordType


@dataclass(frozen=True)
class ResolvedField:
    """A field seen from a record type: where its value is and what it holds."""

    name: str
    labels: tuple[Any, ...]
    type: FieldType
    path: str
    compared: str = ""
    target: str = ""
    choices: Choices = ()
    hops: tuple[Hop, ...] = ()
    is_whole: bool = False

    @property
    def is_text(self) -> bool:
        return self.type in TEXTS

    @property
    def label(self) -> str:
        """What people call it: "Company › Industry"."""
        return " › ".join(map(str, self.labels))


def resolve(kind: RecordType, name: str, view: Viewpoint) -> ResolvedField:
    """The field of the name; one that may not be seen does not exist either."""
    found = _resolve(kind, name, view, 0)
    if found is None:
        raise Refused(_("There is no field “%(name)s” to filter by.") % {"name": name[:80]})
    return found


def _resolve(kind: RecordType, name: str, view: Viewpoint, depth: int) -> ResolvedField | None:
    first, _dot, rest = name.partition(".")
    field = kind.field.get(first)
    if field is None or not view.access.sees(kind.rule_of(field)) or depth > MAX_HOPS:
        return None
    if field.via:
        found = _resolve(kind, field.via, view, depth + 1)
        return found and _named(found, name, (field.label,))
    return _beyond(kind, field, rest, view, depth) if rest else _own(kind, field, view)


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
    )


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
    return ResolvedField(
        f"{field.name}.{rest}",
        (field.label, *found.labels),
        found.type,
        f"{link}__{found.path}",
        compared=f"{link}__{found.compared}" if found.compared else "",
        target=found.target,
        choices=found.choices,
        hops=hops,
        is_whole=found.is_whole,
    )


def _named(found: ResolvedField, name: str, labels: tuple[Any, ...]) -> ResolvedField:
    return ResolvedField(**{**vars(found), "name": name, "labels": labels})


def _column(kind: RecordType, path: str) -> "Column[Any, Any] | None":
    """The database column at the end of a path."""
    model: Any = kind.model
    column: Any = None
    for part in path.split("__"):
        column = model._meta.get_field(part)
        model = column.related_model
    return column if isinstance(column, Column) else None


def value_of(record: Any, path: str) -> Any:
    """What stands at the end of a path from a record; None where the way ends before."""
    value = record
    for part in path.split("__"):
        value = getattr(value, part, None) if value is not None else None
    return value


def offered_fields(kind: RecordType, view: Viewpoint) -> Iterator[ResolvedField]:
    """All fields a user may ask for: the record's own and those of linked records."""
    names = list(kind.field)
    for field in kind.fields:
        if field.type == FieldType.LINK:
            names += [f"{field.name}.{name}" for name in record_types[field.target].field]
    for name in names:
        found = _resolve(kind, name, view, 0)
        if found is not None:
            yield found
