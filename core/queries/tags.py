"""Tags with how many records carry them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet, Value

from core.changes.drafts import tag_table
from core.models import OwnedRecord, Tag
from core.models.tags import tag_key
from core.permissions import Access
from core.registries import RecordType, record_types
from core.time_limits import TookTooLong, at_most

PAGE_SIZE = 50
SECONDS = 5.0


@dataclass
class TagLine:
    """A tag and its records by type: (label, number)."""

    tag: Tag
    counts: list[tuple[Any, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(number for _label, number in self.counts)


@dataclass(frozen=True)
class TagPage:
    """Tags by name; `after` leads to the next page. Without counts they took too long."""

    lines: list[TagLine]
    after: str
    has_counts: bool


def tagged_types(access: Access | None = None) -> Iterator[RecordType]:
    """The record types that carry tags; with an access, those that may be seen."""
    for kind in record_types:
        is_seen = access is None or access.may(f"{kind.key}.view")
        if issubclass(kind.model, OwnedRecord) and is_seen:
            yield kind


def tags_page(access: Access, *, words: str = "", after: str = "") -> TagPage:
    """A page of tags in two queries, however many there are."""
    rows = Tag.objects.filter(name_key__gt=after) if after else Tag.objects.all()
    if words:
        rows = rows.filter(name_key__contains=tag_key(words))
    found = list(rows.order_by("name_key")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    lines = {tag.pk: TagLine(tag) for tag in shown}
    has_counts = _count(lines, list(tagged_types(access)))
    return TagPage(
        list(lines.values()), shown[-1].name_key if len(found) > PAGE_SIZE else "", has_counts
    )


def counted(tags: Sequence[Tag], access: Access) -> list[TagLine]:
    """Some tags with their counts."""
    lines = {tag.pk: TagLine(tag) for tag in tags}
    _count(lines, list(tagged_types(access)))
    return list(lines.values())


def _count(lines: dict[int, TagLine], kinds: Sequence[RecordType]) -> bool:
    """Count the records of all types at once; whether that was done in time."""
    if not lines or not kinds:
        return True
    first, *others = (_counts(kind, number, list(lines)) for number, kind in enumerate(kinds))
    try:
        with at_most(SECONDS):
            rows = list(first.union(*others, all=True))
    except TookTooLong:
        return False
    for kind, tag, number in sorted(rows):
        lines[tag].counts.append((kinds[kind].plural, number))
    return True


def _counts(kind: RecordType, number: int, tags: Sequence[int]) -> QuerySet[Any, Any]:
    through, _record, tag = tag_table(kind)
    rows: QuerySet[Any, Any] = (
        through._base_manager.filter(**{f"{tag}__in": tags})
        .annotate(kind=Value(number))
        .values("kind", tag)
        .annotate(records=Count("pk"))
        .values_list("kind", tag, "records")
        .order_by()
    )
    return rows


def records_with(
    kind: RecordType, tags: Sequence[int], within: tuple[int, int] | None = None
) -> QuerySet[Any, Any]:
    """The numbers of the records of a type that carry one of the tags, in rising order."""
    through, record, tag = tag_table(kind)
    rows: QuerySet[Any, Any] = through._base_manager.filter(**{f"{tag}__in": tags})
    if within is not None:
        rows = rows.filter(**{f"{record}__gte": within[0], f"{record}__lte": within[1]})
    return rows.order_by(record).values_list(record, flat=True).distinct()
