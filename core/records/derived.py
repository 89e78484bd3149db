"""What a record's page tells of values that came about by themselves."""

from typing import Any

from django.utils import formats, timezone

from core.models import DerivedValue
from core.registries import derivations

LONGEST = 300


def derivations_of(record: Any) -> dict[tuple[str, int, str], DerivedValue]:
    """What is known of the record's fields, by type, number and name: one query, if there is anything."""
    if not getattr(record, "has_derived", True):
        return {}
    object_type = record._meta.label_lower
    rows = DerivedValue.objects.filter(object_type=object_type, object_id=record.pk)
    return {(object_type, record.pk, row.field): row for row in rows if row.method in derivations}


def sentence_of(row: DerivedValue) -> str:
    """By which method, from what and when, in a sentence."""
    told = str(derivations[row.method].sentence) % {"detail": row.detail}
    day = formats.date_format(timezone.localtime(row.at), "DATE_FORMAT")
    return f"{told} · {day}"


def as_kept(value: Any) -> str:
    """A value as it is kept and compared."""
    return str(value)[:LONGEST]
