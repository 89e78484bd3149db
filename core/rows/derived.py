"""Keeping how values came about that nobody typed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.models import DerivedValue
from core.records.derived import as_kept
from core.registries import derivations
from core.upsert import upsert

COLUMNS = ("object_type", "object_id", "field", "value", "method", "detail", "at")


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that a method gave to a field of a record."""

    pk: int
    field: str
    value: Any
    method: str


def note_derived(object_type: str, values: Iterable[Derived], *, detail: str, at: datetime) -> None:
    """Keep methods and source of these values; what was told of the fields before goes."""
    upsert(
        DerivedValue,
        (
            (
                object_type,
                each.pk,
                each.field,
                as_kept(each.value),
                derivations[each.method].key,
                detail,
                at,
            )
            for each in values
        ),
        fields=COLUMNS,
        key=("object_type", "object_id", "field"),
    )


def forget_derived(object_type: str, ids: Collection[int]) -> None:
    """Records that are deleted for good leave no value here."""
    DerivedValue.objects.filter(object_type=object_type, object_id__in=ids).delete()
