"""Names that other systems have for our records."""

from collections.abc import Collection, Iterable, Mapping

from core.models import ExternalKey
from core.rows.items import Key


def find_by_keys(object_type: str, keys: Iterable[Key]) -> dict[Key, int]:
    """The numbers of the records with these keys: one query for each system."""
    by_source: dict[str, set[str]] = {}
    for key in keys:
        by_source.setdefault(key.source, set()).add(key.key)
    found: dict[Key, int] = {}
    for source, names in by_source.items():
        rows = ExternalKey.objects.filter(object_type=object_type, source=source, key__in=names)
        for name, pk in rows.values_list("key", "object_id"):
            found[Key(source, name)] = pk
    return found


def keep_keys(object_type: str, keys: Mapping[Key, int]) -> None:
    """Remember new keys."""
    ExternalKey.objects.bulk_create(
        (
            ExternalKey(object_type=object_type, source=key.source, key=key.key, object_id=pk)
            for key, pk in keys.items()
        ),
        batch_size=500,
    )


def forget_keys(object_type: str, ids: Collection[int]) -> None:
    """Records that are deleted for good leave their keys."""
    ExternalKey.objects.filter(object_type=object_type, object_id__in=ids).delete()
