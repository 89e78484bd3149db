"""Records as JSON: fields that the reader sees, links as number and name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from operator import attrgetter, itemgetter
from typing import Any

from django.db.models import Model, QuerySet

from core import permissions
from core.choices import FieldType
from core.conditions.fields import ResolvedField, value_of
from core.conditions.viewpoint import Viewpoint
from core.custom_names import CUSTOM, custom_key, custom_name, is_custom
from core.lists import lists
from core.lists.cells import with_columns
from core.lists.columns import Column, declared, resolved
from core.models import ExternalKey, User
from core.records.lookups import name_of
from core.registries import RecordType, record_types
from core.telling.values import FORMS, NOT_TOLD, moment

Read = Callable[[Any], Any]
Json = dict[str, Any]
NAME, EXTERNAL, URL = "display_name", "external", "url"
CHANGED = "updated_at"


def own_names(kind: RecordType, view: Viewpoint) -> list[str]:
    """The fields of a record that the reader sees, added ones at the end."""
    added = view.custom_fields.get(kind.key, {})
    names = [*kind.field, *(custom_name(key) for key in added)]
    return [name for name in names if resolved(kind, name, view) is not None]


class RecordReader:
    """Reads records of one type for one reader: a few queries a page, however many rows.

    Where nobody named fields it reads all of them; on a page of many records (`is_listed`) without
    those that hold many records themselves, which cost a query each.
    """

    def __init__(
        self,
        kind: RecordType,
        view: Viewpoint,
        names: Sequence[str] | None = None,
        *,
        is_listed: bool = False,
    ) -> None:
        self.kind, self.view = kind, view
        is_all = names is None
        self.names = own_names(kind, view) if names is None else names
        if is_all and is_listed:
            self.names = [name for name in self.names if not _is_long(kind, name)]
        self.columns = [
            _column(kind, name, view) for name in self.names if resolved(kind, name, view)
        ]
        self.has_name = is_all or NAME in self.names
        self.has_external = is_all or EXTERNAL in self.names
        self.has_url = is_all or URL in self.names
        self.is_whole = is_all

    def rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows with what is read of them."""
        related = lists[self.kind.key].related if self.kind.key in lists else ()
        found: QuerySet[Any] = with_columns(rows, self.columns, related)
        return found

    def read(self, rows: Sequence[Any]) -> list[Json]:
        self._rows = rows
        keys = self._external(rows) if self.has_external else {}
        reads = [(column.key, self._reader(column)) for column in self.columns]
        return [self._one(row, reads, keys) for row in rows]

    def _one(self, row: Any, reads: Sequence[tuple[str, Read]], keys: Mapping[int, Any]) -> Json:
        found: Json = {"id": row.pk}
        if self.has_name:
            found[NAME] = row.name_for(self.view.access)
        custom: Json = {}
        for name, read in reads:
            if is_custom(name):
                custom[custom_key(name)] = read(row)
            else:
                found[name] = read(row)
        if custom or self.is_whole:
            found[CUSTOM] = custom
        if self.has_external:
            found[EXTERNAL] = keys.get(row.pk, [])
        if self.has_url:
            found[URL] = row.get_absolute_url()
        if self.is_whole:
            found[CHANGED] = moment(row.updated_at)
        return found

    def _external(self, rows: Sequence[Any]) -> dict[int, list[dict[str, str]]]:
        found: dict[int, list[dict[str, str]]] = {}
        keys = ExternalKey.objects.filter(
            object_type=self.kind.key, object_id__in=[row.pk for row in rows]
        )
        for pk, source, key in keys.order_by("pk").values_list("object_id", "source", "key"):
            found.setdefault(pk, []).append({"source": source, "key": key})
        return found

    # -- one value -----------------------------------------------------------------------------

    def _reader(self, column: Column) -> Read:
        field = column.field
        assert field is not None  # noqa: S101  # columns are made of fields here
        read = self._plain(column, field)
        if not field.hops:
            return read
        return lambda row: read(row) if self._is_reached(row, field) else None

    def _is_reached(self, row: Any, field: ResolvedField) -> bool:
        reaches = self.view.reaches
        return all(reaches(hop.record_type, value_of(row, hop.path)) for hop in field.hops)

    def _plain(self, column: Column, field: ResolvedField) -> Read:
        path = column.value_path
        value: Read = field.value_of if field.key else _getter(path)
        match field.type:
            case FieldType.USER:
                return lambda row: self._user(value(row))
            case FieldType.LINK:
                return lambda row: self._link(value(row), field.target)
            case FieldType.TAGS:
                return lambda row: sorted(tag.name for tag in _all_of(value(row)))
            case FieldType.LINKS:
                return lambda row: self._links(_all_of(value(row)), field.target)
        if field.is_whole and field.type == FieldType.CHOICE:
            labels = cache(lambda: {key: str(label) for key, label in field.choices})
            return lambda row: None if value(row) is None else entry(value(row), labels())
        form = FORMS[field.type]
        return lambda row: form(value(row))

    def _user(self, value: Any) -> Json | None:
        if value is None:
            return None
        user = value if isinstance(value, User) else self._users.get(value)
        return {"id": user.pk, "name": user.display_name} if user else None

    def _link(self, value: Any, target: str) -> Json | None:
        if value is None:
            return None
        kind = record_types[target]
        row: Any = value if isinstance(value, Model) else self._named(target).get(value)
        if row is None or not self.view.reaches(kind, row):
            return dict(NOT_TOLD)
        return {"id": row.pk, "name": name_of(row, self.view.user)}

    def _links(self, rows: Iterable[Any], target: str) -> list[Json]:
        """Those that the reader may see, by name: of the others not even their number is told."""
        seen = [row for row in rows if self.view.reaches(record_types[target], row)]
        told = ({"id": row.pk, "name": name_of(row, self.view.user)} for row in seen)
        return sorted(told, key=itemgetter("name", "id"))

    @cached_property
    def _users(self) -> Mapping[int, User]:
        return User.objects.in_bulk(self._ids(FieldType.USER, ""))

    @cached_property
    def _records(self) -> dict[str, Mapping[int, Any]]:
        return {}

    def _named(self, target: str) -> Mapping[int, Any]:
        """The records that added fields link to: one query for each type."""
        if target not in self._records:
            self._records[target] = linked(target, self._ids(FieldType.LINK, target), self.view)
        return self._records[target]

    def _ids(self, field_type: FieldType, target: str) -> set[int]:
        fields = [
            column.field
            for column in self.columns
            if column.field and column.field.key and column.field.type == field_type
        ]
        fields = [field for field in fields if field.target == target]
        values = {field.value_of(row) for field in fields for row in self._rows}
        return {value for value in values if isinstance(value, int)}


def linked(target: str, ids: Iterable[int], view: Viewpoint) -> Mapping[int, Any]:
    """Of the records with these numbers those that the reader may see."""
    rows = permissions.visible_rows(record_types[target].model, view.user)
    if target in lists:
        rows = rows.select_related(*lists[target].related)
    found: Mapping[int, Any] = rows.in_bulk(list(ids))
    return found


def _is_long(kind: RecordType, name: str) -> bool:
    return name in kind.field and kind.field[name].type == FieldType.LINKS


def _column(kind: RecordType, name: str, view: Viewpoint) -> Column:
    """The field as something that is read: an amount in its own currency, not in the base one."""
    field = resolved(kind, name, view)
    assert field is not None  # noqa: S101  # whoever calls has looked
    said, before = declared(kind, name)
    path = f"{before}{said.shown_path}" if said is not None else field.path
    return Column(name, field.label, field, value_path=path)


def _getter(path: str) -> Read:
    """What stands at the end of a path; most are columns of the record itself."""
    return (lambda row: value_of(row, path)) if "__" in path else attrgetter(path)


def entry(value: Any, labels: Mapping[Any, str]) -> Json | None:
    """A row of a table that the company fills: a stage."""
    return None if value is None else {"id": value, "name": labels.get(value, "")}


def _all_of(tags: Any) -> Iterable[Any]:
    return tags.all() if tags is not None else ()
