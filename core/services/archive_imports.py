"""Restoring an export of everything into an empty installation: every row with its number, or nothing.

Numbers stay as they were, because not only links hold them: conditions of views, added fields and
addresses that people have kept do, too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from core import audit
from core.custom_names import CUSTOM
from core.errors import Refused
from core.exports.archive.cells import USER
from core.exports.archive.columns import EXTERNAL, NAMED, Column, columns_of
from core.exports.archive.reading import ArchiveReader, Row
from core.jobs.questions import ask
from core.models import Attachment, ExternalKey, Installation, JobRun, Role, Tag, User
from core.models.attachments import attachment_path
from core.registries import archive_tables, record_types
from core.registries.archives import ArchiveTable, tables_in_order
from core.services.search import REBUILD
from core.upsert import insert_new

BATCH = 1_000
Told = Callable[[str, int], None]


@transaction.atomic
def restore_archive(reader: ArchiveReader, *, at: datetime, tell: Told) -> JobRun:
    """Read everything back; returns the run that makes it searchable.

    Users whose e-mail address was there already keep their password; the others get a new one by
    mail or by an administrator.
    """
    _check_empty()
    reader.check()
    there = list(User.objects.prefetch_related("roles"))
    administrators = {
        user.pk for user in there for role in user.roles.all() if role.is_administrator
    }
    _clear()
    passwords = {user.email: user.password for user in there}
    count, restored = 0, []
    for table in tables_in_order():
        # What is there already says which columns a table has, and who its people are.
        restored.append(_Restoring(table, reader, passwords))
        count += restored[-1].restore(tell)
    for each in restored:
        each.fill_later()
    _bring_back([user for user in there if user.pk in administrators])
    _mend_links()
    _reset_numbers()
    changes: audit.Changes = {
        "rows": (None, count),
        "made_at": (None, reader.manifest["created_at"]),
    }
    audit.record(actor=None, action="archive.restore", object_type="core.archive", changes=changes)
    return ask(kind=REBUILD, as_of=at)


def _check_empty() -> None:
    for table in archive_tables:
        is_seeded = table.model_name.lower() not in record_types
        if not is_seeded and table.model._base_manager.exists():
            raise Refused(
                _("An archive is restored into an empty installation; this one has “%(records)s”.")
                % {"records": record_types[table.model_name.lower()].plural}
            )


def _clear() -> None:
    """What an empty installation begins with gives way to what the archive holds."""
    for table in reversed(tables_in_order()):
        if table.model is not Installation:
            table.model._base_manager.all().delete()


def _bring_back(administrators: Iterable[User]) -> None:
    """Administrators whom the archive does not know stay, or nobody might get in."""
    role = Role.objects.filter(is_administrator=True).order_by("pk").first()
    for user in administrators:
        if role is None or User.objects.filter(email=user.email).exists():
            continue
        user.pk, user.team_id = _free_number(), None
        user.save(force_insert=True)
        user.roles.set([role])


def _free_number() -> int:
    return (User.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1


class _Restoring:
    """Reads one table back."""

    def __init__(
        self, table: ArchiveTable, reader: ArchiveReader, passwords: Mapping[str, str]
    ) -> None:
        self.table, self.reader, self.passwords = table, reader, passwords
        self.model: Any = table.model
        self.columns = columns_of(table)
        self.own = [column for column in self.columns if not (column.several or column.key)]
        self.added = [column for column in self.columns if column.key]
        self.several = [column for column in self.columns if column.several]
        self.users: dict[str, int] = dict(User.objects.values_list("email", "pk"))
        self.later: dict[str, dict[int, int]] = {name: {} for name in table.later}

    def fill_later(self) -> None:
        """Links to rows that are there only now."""
        for name, links in self.later.items():
            for pk, linked in links.items():
                self.model._base_manager.filter(pk=pk).update(**{f"{name}_id": linked})

    def restore(self, tell: Told) -> int:
        source = self.reader.rows(self.table.key)
        count = 0
        while batch := list(islice(source, BATCH)):
            self._write(batch)
            count += len(batch)
            tell(self.table.key, count)
        return count

    def _write(self, batch: list[Row]) -> None:
        records = [self._record(row) for row in batch]
        fields = self.model._meta.concrete_fields
        if self.model is Installation:
            _take_over(records[0], [column.attribute for column in self.own])
            return
        written = insert_new(
            self.model,
            ([field.value_from_object(record) for field in fields] for record in records),
            fields=[field.name for field in fields],
        )
        if written != len(batch):
            raise Refused(
                _("Rows of “%(table)s” are in the archive twice.") % {"table": self.table.key}
            )
        for column in self.several:
            self._relate(column, batch)

    def _record(self, row: Row) -> Any:
        values = {c.attribute: self._value(c, row[c.name]) for c in self.own if c.name in row}
        if self.added:
            held = {c.key: row.get(c.name) for c in self.added}
            values[CUSTOM] = {key: value for key, value in held.items() if value is not None}
        for name, rests in self.table.at_rest.items():
            values[name] = rests.get(values.get(name, ""), values.get(name))
        record = self.model(**values)
        self._put_off(record)
        if hasattr(record, "normalise"):
            record.normalise()
        if isinstance(record, User):
            record.password = self.passwords.get(record.email, "")
            if not record.password:
                record.set_unusable_password()
        self._keep_files(record)
        return record

    def _put_off(self, record: Any) -> None:
        """Links to rows that are not there yet."""
        for name, links in self.later.items():
            if linked := getattr(record, f"{name}_id"):
                links[record.pk] = linked
                setattr(record, f"{name}_id", None)

    def _keep_files(self, record: Any) -> None:
        if isinstance(record, Attachment):
            record.file = self._kept(record.pk)
        if self.table.file:
            self._keep_file(record)

    def _value(self, column: Column, value: Any) -> Any:
        return self.users.get(value) if column.kind is USER else value

    def _kept(self, pk: int) -> str:
        """Where the file of a record lies now; one that was lost stays lost."""
        path = attachment_path(Attachment(), "")
        content = self.reader.file(pk)
        if content is None:
            return path
        with content:
            name: str = default_storage.save(path, File(content))
        return name

    def _keep_file(self, record: Any) -> None:
        """The content of a row's file under a name of this installation; one that was lost stays lost."""
        content = self.reader.file(record.pk, self.table.key)
        if content is None:
            return
        field: Any = self.model._meta.get_field(self.table.file)
        name = PurePosixPath(str(getattr(record, self.table.file))).name
        with content:
            kept = field.storage.save(field.generate_filename(record, name), File(content))
        setattr(record, self.table.file, kept)

    def _relate(self, column: Column, batch: list[Row]) -> None:
        """What the rows have many of: tags, roles, guests, keys of other systems."""
        pairs = [(row["id"], value) for row in batch for value in row.get(column.name) or ()]
        if column.name == EXTERNAL:
            key = self.table.model_name.lower()
            made = (ExternalKey(object_type=key, object_id=pk, **told) for pk, told in pairs)
            ExternalKey.objects.bulk_create(made, batch_size=BATCH)
            return
        relation: Any = self.model._meta.get_field(column.attribute)
        through = relation.remote_field.through
        near, far = relation.m2m_field_name(), relation.m2m_reverse_field_name()
        numbers = _numbers(column) if column.name in NAMED else None
        rows = (
            through(**{f"{near}_id": pk, f"{far}_id": value if numbers is None else numbers[value]})
            for pk, value in pairs
        )
        through._base_manager.bulk_create(rows, batch_size=BATCH)


def _numbers(column: Column) -> dict[str, int]:
    model: Any = Role if column.name == "roles" else Tag
    return dict(model.objects.values_list("name", "pk"))


def _take_over(told: Installation, names: Iterable[str]) -> None:
    here, _made = Installation.objects.get_or_create(pk=1)
    for name in names:
        setattr(here, name, getattr(told, name))
    here.save()


# -- afterwards ----------------------------------------------------------------------------------


def _mend_links() -> None:
    """A record may have been erased while the archive was made: nothing points to it any more."""
    for table in archive_tables:
        relations = [table.model._meta.get_field(name) for name in table.several]
        throughs: list[Any] = [relation.remote_field.through for relation in relations]  # type: ignore[union-attr]
        for model in (table.model, *throughs):
            for link in _links_of(model):
                _cut(model, link)


def _links_of(model: Any) -> Iterator[Any]:
    known = {table.model for table in archive_tables}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.related_model in known:
            yield field


def _cut(model: Any, link: Any) -> None:
    there = link.related_model._base_manager.filter(pk=OuterRef(link.attname))
    lost = model._base_manager.filter(~Exists(there), **{f"{link.name}__isnull": False})
    if link.null:
        lost.update(**{link.name: None})
    else:
        lost._raw_delete(lost.db)  # noqa: SLF001  # nothing hangs on it that was not cut already


def _reset_numbers() -> None:
    """New rows get numbers after those that were restored."""
    made = [table.model for table in archive_tables]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), made):
            cursor.execute(statement)
