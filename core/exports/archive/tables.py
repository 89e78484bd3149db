"""The rows of a table as lines of cells, in the order of their numbers, a chunk at a time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.exports.archive.cells import USER, written
from core.exports.archive.columns import EXTERNAL, NAMED, Column
from core.models import ExternalKey, User
from core.registries.archives import ArchiveTable

CHUNK = 2_000
Several = Mapping[str, Mapping[int, Any]]


class TableReader:
    """Reads one table; no more than a chunk of it is in memory."""

    def __init__(self, table: ArchiveTable, columns: Sequence[Column]) -> None:
        self.table, self.columns = table, columns
        self.emails: dict[int, str] = dict(User.objects.values_list("pk", "email"))

    def lines(self) -> Iterator[list[str]]:
        last: Any = None
        rows = self.table.model._base_manager.order_by("pk")
        while True:
            found = rows if last is None else rows.filter(pk__gt=last)
            chunk = list(found.values(*self._attributes())[:CHUNK])
            if not chunk:
                return
            pk = self.table.model._meta.pk.attname
            several = self._several([row[pk] for row in chunk])
            yield from (self._line(row, row[pk], several) for row in chunk)
            last = chunk[-1][pk]

    def _attributes(self) -> list[str]:
        names = {column.attribute for column in self.columns if not column.several}
        return sorted({*names, self.table.model._meta.pk.attname})

    def _line(self, row: Mapping[str, Any], pk: int, several: Several) -> list[str]:
        return [
            written(column.kind, self._value(column, row, pk, several)) for column in self.columns
        ]

    def _value(self, column: Column, row: Mapping[str, Any], pk: int, several: Several) -> Any:
        if column.several:
            return several[column.name].get(pk)
        value = row[column.attribute]
        if column.key:
            return (value or {}).get(column.key)
        if column.kind is USER and value is not None:
            return self.emails.get(value)
        return value

    def _several(self, ids: Sequence[int]) -> Several:
        found: dict[str, Mapping[int, Any]] = {}
        for column in self.columns:
            if column.name == EXTERNAL and column.several:
                found[column.name] = self._external(ids)
            elif column.several:
                found[column.name] = self._related(column.attribute, ids)
        return found

    def _related(self, name: str, ids: Sequence[int]) -> Mapping[int, Any]:
        """The numbers of the related rows, or their names, of each row."""
        relation: Any = self.table.model._meta.get_field(name)
        through, link = relation.remote_field.through, relation.m2m_field_name()
        shown = f"{relation.m2m_reverse_field_name()}__name"
        target = shown if name in NAMED else relation.m2m_reverse_field_name()
        rows = through._base_manager.filter(**{f"{link}__in": ids}).values_list(link, target)
        found: dict[int, list[Any]] = defaultdict(list)
        for pk, value in rows.order_by(target):
            found[pk].append(value)
        return found

    def _external(self, ids: Sequence[int]) -> Mapping[int, Any]:
        key = self.table.model_name.lower()
        rows = ExternalKey.objects.filter(object_type=key, object_id__in=ids).order_by("pk")
        found: dict[int, list[Any]] = defaultdict(list)
        for pk, source, name in rows.values_list("object_id", "source", "key"):
            found[pk].append({"source": source, "key": name})
        return found
