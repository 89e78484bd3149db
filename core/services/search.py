"""Keeping the index of search: written in the transaction that changes a record."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.utils import timezone

from core.insertion import insert_rows
from core.jobs.questions import ask
from core.models import JobRun, SearchEntry, SearchWord
from core.registries import RecordType, record_types
from core.search.entries import (
    Indexed,
    dependents,
    read_records,
    searched_types,
    vocabulary,
)
from core.search.typos import may_be_mistyped
from core.upsert import upsert

BATCH = 1_000
MOST_AT_ONCE = 300  # entries that a renamed record takes along; more are left to a job
REBUILD = "core.search_rebuild"
FIELDS = ("object_type", "object_id", "owner", "team", "changed_at", "digest", "tokens")
COLUMNS = ("object_type", "object_id", "owner_id", "team_id", "changed_at", "digest", "tokens")


@transaction.atomic
def index_records(kind: str, ids: Iterable[int], *, with_dependents: bool = True) -> int:
    """Bring the entries of the records up to date; returns how many had to change.

    A record that is gone or in the bin leaves the index. Only what changed is written.
    """
    if kind not in record_types or record_types[kind].searched is None:
        return 0
    record_type = record_types[kind]
    pks = sorted(set(ids))
    changed: list[int] = []
    for start in range(0, len(pks), BATCH):
        changed += _index_batch(record_type, pks[start : start + BATCH])
    if changed and with_dependents:
        _index_dependents(record_type, changed)
    return len(changed)


@transaction.atomic
def index_new_records(kind: str, ids: Collection[int]) -> None:
    """Make the entries of records that were just made: none is there, and nothing links to them yet."""
    if kind not in record_types or record_types[kind].searched is None:
        return
    record_type = record_types[kind]
    pks = sorted(ids)
    for start in range(0, len(pks), BATCH):
        new = read_records(record_type, pks[start : start + BATCH])
        insert_rows(SearchEntry, COLUMNS, (_row(record_type, record) for record in new))
        _write_tokens(record_type, new)


def _row(kind: RecordType, r: Indexed) -> tuple[Any, ...]:
    return kind.key, r.object_id, r.owner_id, r.team_id, r.changed_at, r.digest, r.tokens


def remove_from_index(kind: str, ids: Iterable[int]) -> None:
    """Forget records that are deleted."""
    _delete(SearchEntry.objects.filter(object_type=kind, object_id__in=set(ids)))


def ask_for_first_index(*, as_of: datetime) -> JobRun | None:
    """The run that indexes the records of an installation from before the index."""
    models = [kind.model for kind in searched_types()]
    tables = {SearchEntry._meta.db_table, *(model._meta.db_table for model in models)}
    if not tables <= set(connection.introspection.table_names()):  # not migrated as far
        return None
    if SearchEntry.objects.exists() or not any(m._base_manager.exists() for m in models):
        return None
    return ask(kind=REBUILD, as_of=as_of)


def _index_batch(kind: RecordType, pks: Sequence[int]) -> list[int]:
    records = read_records(kind, pks)
    entries = SearchEntry.objects.filter(object_type=kind.key, object_id__in=pks)
    rows = entries.values_list("object_id", "digest", "owner_id", "team_id", "changed_at")
    stored = {object_id: (digest, rest) for object_id, digest, *rest in rows}
    gone = stored.keys() - {record.object_id for record in records}
    if gone:
        _delete(entries.filter(object_id__in=gone))
    new, moved = [], []
    for record in records:
        digest, rest = stored.get(record.object_id, (None, []))
        if digest != record.digest:
            new.append(record)
        elif rest != [record.owner_id, record.team_id, record.changed_at]:
            moved.append(record)
    _write(kind, moved, updates=["owner", "team", "changed_at"])
    _write(kind, new)
    _write_tokens(kind, new)
    return [record.object_id for record in new] + list(gone)


def _write(
    kind: RecordType, records: Sequence[Indexed], *, updates: Sequence[str] | None = None
) -> None:
    upsert(
        SearchEntry,
        (_row(kind, record) for record in records),
        fields=FIELDS,
        key=("object_type", "object_id"),
        updates=updates,
    )


def _write_tokens(kind: RecordType, records: Sequence[Indexed]) -> None:
    """What lies outside the entries: SQLite's index, and the words that occur."""
    if not records:
        return
    if connection.vendor == "sqlite":
        tokens = {record.object_id: " ".join(record.tokens) for record in records}
        entries = SearchEntry.objects.filter(object_type=kind.key, object_id__in=tokens)
        pks = list(entries.values_list("pk", "object_id"))
        with connection.cursor() as cursor:
            _delete_tokens(cursor, [pk for pk, _object_id in pks])
            cursor.executemany(
                "INSERT INTO core_search_tokens (rowid, tokens) VALUES (%s, %s)",
                [(pk, tokens[object_id]) for pk, object_id in pks],
            )
    words = {word for r in records for word in vocabulary(r.tokens) if may_be_mistyped(word)}
    # After the commit: two transactions that add the same words would wait for each other.
    transaction.on_commit(lambda: _add_words(words))


def _add_words(words: Collection[str]) -> None:
    known = SearchWord.objects.filter(word__in=words).values_list("word", flat=True)
    missing = sorted(set(words) - set(known))
    SearchWord.objects.bulk_create(map(SearchWord, missing), BATCH, ignore_conflicts=True)


def _delete(entries: "QuerySet[SearchEntry]") -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            _delete_tokens(cursor, list(entries.values_list("pk", flat=True)))
    entries.delete()


def _delete_tokens(cursor: CursorWrapper, pks: Sequence[int]) -> None:
    cursor.executemany("DELETE FROM core_search_tokens WHERE rowid = %s", [(pk,) for pk in pks])


def _index_dependents(kind: RecordType, ids: Sequence[int]) -> None:
    """Entries of other records that hold the name of one of these."""
    for other, link in dependents(kind):
        rows = other.model._base_manager.filter(**{f"{link}__in": ids})
        found = list(rows.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if len(found) <= MOST_AT_ONCE:
            index_records(other.key, found, with_dependents=False)
            continue
        now = timezone.now()
        scope = {"kind": other.key, "link": link, "ids": ids, "asked_at": now.isoformat()}
        ask(kind=REBUILD, as_of=now, scope=scope)
