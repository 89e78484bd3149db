"""Whether a record is there twice, or took others in: read with the record, for the panels that tell."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.models import DuplicatePair, MergedRecord


def with_doubles(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The records with `has_pairs` and `has_merges`, so that most pages ask nothing more."""
    kind = rows.model._meta.label_lower
    either = Q(one_id=OuterRef("pk")) | Q(other_id=OuterRef("pk"))
    pairs = DuplicatePair.objects.open().filter(either, object_type=kind)
    merges = MergedRecord.objects.filter(
        object_type=kind, survivor_id=OuterRef("pk"), undone_at__isnull=True
    )
    found: QuerySet[Any] = rows.annotate(has_pairs=Exists(pairs), has_merges=Exists(merges))
    return found


def may_have_pairs(record: Any) -> bool:
    return bool(getattr(record, "has_pairs", True))


def may_have_merges(record: Any) -> bool:
    return bool(getattr(record, "has_merges", True))
