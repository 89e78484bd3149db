"""What changed of records, as JSON: from the names and values of the audit trail to those of the API."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime

from core.choices import FieldType
from core.conditions.viewpoint import Viewpoint
from core.models import Tag, User
from core.records.fields import RecordField, added, built_in
from core.records.lookups import name_of
from core.registries import RecordType
from core.telling.records import Json, entry, linked
from core.telling.values import FORMS, NOT_TOLD, moment

Kept = Mapping[str, Sequence[Any]]  # the field's name in the trail to [before, after]


class ChangeReader:
    """Tells changes of records of one type to one reader: a few queries for all of them."""

    def __init__(self, kind: RecordType, view: Viewpoint) -> None:
        self.view = view
        stored = view.custom_fields.get(kind.key, {}).values()
        fields = (*built_in(kind), *added(kind, stored))
        self.fields = {f.trail_name: f for f in fields if view.access.sees(f.rule)}
        self._rows: dict[str, Mapping[int, Any]] = {}

    def read(self, changes: Sequence[Kept]) -> list[dict[str, Json]]:
        """Each field that the reader sees, with what it was and what it became."""
        self._fetch(changes)
        return [
            {
                self.fields[name].told_name: {
                    "from": self._value(self.fields[name], before),
                    "to": self._value(self.fields[name], after),
                }
                for name, (before, after) in of_record.items()
                if name in self.fields
            }
            for of_record in changes
        ]

    def _fetch(self, changes: Sequence[Kept]) -> None:
        wanted: dict[str, set[int]] = {}
        for of_record in changes:
            for name, pair in of_record.items():
                field = self.fields.get(name)
                if field is not None and (field.is_link or field.type == FieldType.TAGS):
                    wanted.setdefault(_target(field), set()).update(_numbers(pair))
        for target, numbers in wanted.items():
            self._rows[target] = self._find(target, numbers)

    def _find(self, target: str, numbers: Iterable[int]) -> Mapping[int, Any]:
        if target == FieldType.USER:
            return User.objects.in_bulk(list(numbers))
        if target == FieldType.TAGS:
            return Tag.objects.in_bulk(list(numbers))
        return linked(target, numbers, self.view)

    def _value(self, field: RecordField, value: Any) -> Any:
        if field.type == FieldType.TAGS:
            rows = self._rows.get(FieldType.TAGS, {})
            return sorted(rows[number].name for number in value or () if number in rows)
        if value in (None, ""):
            return None
        if field.is_link:
            row = self._rows.get(_target(field), {}).get(value)
            return {"id": row.pk, "name": name_of(row, self.view.user)} if row else dict(NOT_TOLD)
        declared = field.declared
        if declared is not None and field.type == FieldType.CHOICE and callable(declared.choices):
            return entry(value, dict(self.view.choices_of(declared)))
        return READ.get(field.type, FORMS[field.type])(value)


def _target(field: RecordField) -> str:
    return field.target if field.type == FieldType.LINK else str(field.type)


def _numbers(pair: Iterable[Any]) -> set[int]:
    found: set[Any] = set()
    for value in pair:
        found.update(value if isinstance(value, list) else [value])
    return {each for each in found if isinstance(each, int) and each is not True}


def _moment(value: Any) -> str | None:
    found = value if isinstance(value, datetime) else parse_datetime(str(value))
    return moment(found) if found else None


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: Any) -> Any:
    return FORMS[FieldType.NUMBER](Decimal(value) if isinstance(value, str) else value)


# The trail keeps these as text.
READ: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.MOMENT: _moment,
    FieldType.DATE: _day,
    FieldType.NUMBER: _number,
}
