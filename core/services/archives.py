"""Exports of everything: asking for one, making it, keeping it for some days."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from core import audit, permissions
from core.exports.archive.writing import ArchiveWriter, Json, Told
from core.models import Archive, Installation, JobRun, User
from core.models.archives import FOLDER
from core.registries import archive_tables
from core.services.jobs import start_run

PERMISSION, KIND = "core.archive.export", "core.archive"
KEPT_DAYS = 3


def ask_for_archive(*, by: User, as_of: datetime) -> JobRun:
    """A worker makes the archive; while one is being made, that is the answer."""
    run = start_run(kind=KIND, by=by, as_of=as_of)
    audit.record(actor=by, action="archive.ask", run=run)
    return run


def estimated_rows() -> int:
    """How many rows there will be: for the progress."""
    return sum(table.model._base_manager.count() for table in archive_tables)


def write_archive(file: IO[bytes], *, at: datetime, tell: Told) -> Json:
    """Everything, into the file; returns the manifest."""
    installation, _made = Installation.objects.get_or_create(pk=1)
    facts = {
        "product_version": settings.VERSION,
        "installation": str(installation.uid),
        "company": installation.name,
    }
    return ArchiveWriter(file, at=at, tell=tell).write(facts)


def rows_in(manifest: Json) -> int:
    return sum(table["rows"] for table in manifest["tables"])


def keep_archive(
    *, name: str, size: int, manifest: Json, run: JobRun, at: datetime
) -> Callable[[], None]:
    """What enters a stored file as the run's archive; done in the transaction of the job."""

    def keep() -> None:
        archive = Archive.objects.create(
            file=name,
            size=size,
            rows=rows_in(manifest),
            run=run,
            created_by=run.requested_by,
            made_at=at,
            expires_at=at + timedelta(days=KEPT_DAYS),
        )
        changes: audit.Changes = {"rows": (None, archive.rows), "size": (None, size)}
        audit.record(actor=run.requested_by, action="archive.make", run=run, changes=changes)

    return keep


def note_download(*, archive: Archive, by: User) -> None:
    """Whoever takes everything along leaves a trace."""
    permissions.require(by, PERMISSION)
    changes: audit.Changes = {"file": (None, archive.name), "size": (None, archive.size)}
    audit.record(actor=by, action="archive.download", object_type=KIND, changes=changes)


@transaction.atomic
def delete_archive(*, archive: Archive, by: User) -> None:
    permissions.require(by, PERMISSION)
    changes: audit.Changes = {"file": (archive.name, None)}
    audit.record(actor=by, action="archive.delete", object_type=KIND, changes=changes)
    _delete(archive)


def _delete(archive: Archive) -> None:
    name = archive.file.name
    archive.delete()
    if name:
        transaction.on_commit(lambda: default_storage.delete(name))


def forget_old_archives(*, at: datetime) -> int:
    """Delete what can no longer be downloaded, and files that a lost worker has left."""
    old = list(Archive.objects.filter(expires_at__lte=at))
    for archive in old:
        _delete(archive)
    known = set(Archive.objects.values_list("file", flat=True))
    for name in left_behind(FOLDER, known, before=at - timedelta(days=KEPT_DAYS)):
        default_storage.delete(name)
    return len(old)


def left_behind(folder: str, known: Collection[str], *, before: datetime) -> list[str]:
    """Stored files of a folder that nothing knows of and that are older than the moment."""
    if not default_storage.exists(folder):
        return []
    names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    return [
        name
        for name in names
        if name not in known and default_storage.get_modified_time(name) < before
    ]
