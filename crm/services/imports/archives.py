"""Archives of other systems: several files that are imported one after the other, links kept."""

import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import permissions
from core.errors import Refused
from core.models import JobRun, User
from core.tabular.reading import IN_MEMORY
from core.tabular.workbooks import MAX_RATIO, MAX_UNPACKED, SMALL, ZIP, is_workbook
from crm.models import FileImport, ImportBatch
from crm.services.imports.kinds import COLLEAGUE, INTERACTION
from crm.services.imports.mapping import NAMED
from crm.services.imports.receiving import receive_file
from crm.services.imports.reverting import may_revert, start_reverting
from crm.services.imports.running import start_import
from crm.services.imports.words import plain_name

MOST_FILES, MOST_ENTRIES = 30, 2_000
TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".vcf"})
ENCRYPTED = 0x1
# What others link to comes first.
ORDER = (
    COLLEAGUE,
    "crm.company",
    "crm.contact",
    "crm.product",
    "crm.lead",
    "crm.deal",
    "crm.activity",
    "crm.group",
    "crm.event",
    INTERACTION,
)
BOOKS = (".xlsx", ".xlsm")
# Of LinkedIn's forty files those that are about others.
OF_LINKEDIN = frozenset({"connections.csv", "messages.csv", "invitations.csv"})
KNOWN = frozenset(word for words in NAMED.values() for word in words)
UNCLEAR = gettext_noop("Its name does not tell what its rows are. Import it by itself.")
NO_TABLE = gettext_noop("It is no table.")
NOT_ASKED = gettext_noop("It tells nothing of other people.")


def receive_archive(*, upload: "UploadedFile[bytes]", by: User, at: datetime) -> ImportBatch:
    """Read every table of an archive and propose how its columns match; parts are in order."""
    permissions.require(by, "crm.import.use")
    with _opened(upload) as archive:
        wanted, left_out = _sorted(_safe_entries(archive))
        batch = ImportBatch.objects.create(
            file_name=PurePosixPath(upload.name or "archive.zip").name[:200], created_by=by
        )
        parts = {}
        for entry in wanted:
            try:
                parts[entry.filename] = _receive(archive, entry, by, at)
            except Refused as refusal:
                left_out.append([entry.filename, str(refusal)])
        batch.source = _system(parts.values())
        for entry in wanted:
            part = parts.get(entry.filename)
            if part is not None and batch.source and not part.source:
                _forget(part)
                parts[entry.filename] = _receive(archive, entry, by, at, batch.source)
    if not parts:
        batch.delete()
        raise Refused(_("The archive holds no table that we know. Import its files one by one."))
    batch.left_out = left_out
    batch.save(update_fields=["source", "left_out"])
    FileImport.objects.filter(pk__in=[part.pk for part in parts.values()]).update(batch=batch)
    return batch


def _forget(part: FileImport) -> None:
    for file in (part.file, part.original):
        file.delete(save=False)
    part.delete()


def parts_of(batch: ImportBatch) -> list[FileImport]:
    """In the order in which they have to come in."""
    return sorted(
        batch.parts.select_related(
            "run", "trial", "reverting", "change_set", "owner", "team", "created_by"
        ),
        key=lambda part: (ORDER.index(part.object_type), part.pk),
    )


def start_part(*, part: FileImport, by: User, as_of: datetime) -> JobRun:
    """Import one part as it was proposed or as somebody has matched it since."""
    return start_import(
        file_import=part, mapping=part.mapping, owner=part.owner, by=by, as_of=as_of
    )


def start_archive(*, batch: ImportBatch, by: User, as_of: datetime) -> JobRun | None:
    """Import the first part that waits; each that is done starts the next."""
    permissions.require(by, "crm.import.use")
    batch.started_at = as_of
    batch.save(update_fields=["started_at"])
    return start_next(batch=batch, by=by, as_of=as_of)


def start_next(
    *, batch: ImportBatch, by: User, as_of: datetime, done: JobRun | None = None
) -> JobRun | None:
    """Import the next part; one that asks something waits for somebody, and the one after it begins.

    `done` is the run that is about to end.
    """
    parts = parts_of(batch)
    if any(part.run is not None and part.run != done and part.run.is_active for part in parts):
        return None
    for part in parts:
        if part.run is None:
            try:
                return start_part(part=part, by=by, as_of=as_of)
            except Refused:
                continue
    return None


def is_archive(upload: IO[bytes]) -> bool:
    """Whether a file holds others; a workbook is one file, also a damaged one."""
    upload.seek(0)
    is_called_workbook = str(upload.name or "").casefold().endswith(BOOKS)
    is_zip = upload.read(len(ZIP)) == ZIP and not is_called_workbook
    found = is_zip and not is_workbook(upload)
    upload.seek(0)
    return found


def revert_parts(*, batch: ImportBatch, by: User, as_of: datetime) -> Iterator[JobRun]:
    """Take back all parts, the last first; each run has to be done before the next is asked for."""
    for part in reversed(parts_of(batch)):
        if may_revert(part, by):
            yield start_reverting(file_import=part, by=by, as_of=as_of)


# -- what lies in it -------------------------------------------------------------------------------


def _opened(upload: "UploadedFile[bytes]") -> ZipFile:
    try:
        return ZipFile(upload.open())
    except (BadZipFile, OSError, ValueError) as error:
        raise Refused(_("This is no ZIP archive, or it is damaged.")) from error


def _safe_entries(archive: ZipFile) -> list[ZipInfo]:
    """The files of the archive; refuses one that must not be opened."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_ENTRIES:
        raise Refused(_("The archive holds more than %(most)s files.") % {"most": MOST_ENTRIES})
    for entry in entries:
        _check(entry)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > MAX_RATIO * max(packed, 1)):
        raise Refused(_("This archive unpacks to more than we open. Import its files one by one."))
    return entries


def _check(entry: ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise Refused(
            _("The archive names a file outside of itself: “%(name)s”.")
            % {"name": entry.filename[:80]}
        )
    if entry.flag_bits & ENCRYPTED:
        raise Refused(_("This archive has a password. Pack its files without one."))
    if path.suffix.casefold() == ".zip":
        raise Refused(_("There is an archive in the archive. Unpack it, and import that one."))


def _sorted(entries: list[ZipInfo]) -> tuple[list[ZipInfo], list[list[str]]]:
    """The tables that we know, and the other files with the reason."""
    is_of_linkedin = any(_name(entry) in ("connections.csv", "messages.csv") for entry in entries)
    wanted: list[ZipInfo] = []
    left_out: list[list[str]] = []
    for entry in entries:
        name = _name(entry)
        if name.startswith(".") or entry.filename.startswith("__MACOSX/"):
            continue
        if PurePosixPath(name).suffix not in TABLES:
            left_out.append([entry.filename[:200], NO_TABLE])
        elif is_of_linkedin and name not in OF_LINKEDIN:
            left_out.append([entry.filename[:200], NOT_ASKED])
        elif not is_of_linkedin and not _is_known(name):
            left_out.append([entry.filename[:200], UNCLEAR])
        else:
            wanted.append(entry)
    if len(wanted) > MOST_FILES:
        raise Refused(_("The archive holds more than %(most)s tables.") % {"most": MOST_FILES})
    return wanted, left_out


def _name(entry: ZipInfo) -> str:
    return PurePosixPath(entry.filename.replace("\\", "/")).name.casefold()


def _is_known(name: str) -> bool:
    return bool(KNOWN & set(plain_name(name.rpartition(".")[0]).split()))


def _receive(
    archive: ZipFile, entry: ZipInfo, by: User, at: datetime, source: str = ""
) -> FileImport:
    with SpooledTemporaryFile(max_size=IN_MEMORY) as out:
        _unpack(archive, entry, out)
        size = out.tell()
        out.seek(0)
        file: Any = File(out, name=_name(entry))
        upload = UploadedFile(file, PurePosixPath(entry.filename).name, size=size)
        return receive_file(upload=upload, by=by, at=at, source=source)


def _unpack(archive: ZipFile, entry: ZipInfo, out: IO[bytes]) -> None:
    try:
        with archive.open(entry) as packed:  # gives no more than the size that was checked
            copyfileobj(packed, out)
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, zlib.error) as error:
        raise Refused(_("This file of the archive is damaged.")) from error


def _system(parts: Any) -> str:
    """Where the archive comes from: what most of its files say."""
    found = Counter(part.source for part in parts if part.source)
    return found.most_common(1)[0][0] if found else ""
