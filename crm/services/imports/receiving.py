"""Receiving an uploaded file: what is it, and can it be read?"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.conditions.viewpoint import Viewpoint
from core.errors import Refused
from core.tabular.reading import IN_MEMORY, Table, Told, read_table
from crm.models import FileImport
from crm.services.imports import linkedin, salesforce
from crm.services.imports.kinds import KINDS
from crm.services.imports.mapping import (
    digest_of,
    guess_kind,
    keys_of,
    recall_marks,
    remembered,
    restrict_mapping,
    settled,
    suggest_mapping,
)
from crm.services.imports.settings import usual_country
from crm.services.imports.systems import LINKEDIN, system_of
from crm.services.imports.targets import Targets

if TYPE_CHECKING:
    from core.models import User


def receive_file(
    *,
    upload: "UploadedFile[bytes]",
    by: "User",
    at: datetime,
    object_type: str = "",
    source: str = "",
    is_limited: bool = True,
) -> FileImport:
    """Find the table of a file, store it as UTF-8 and propose how its columns match.

    A large file takes its time: it is read before the transaction, which would make others wait.
    Without an `object_type` the columns tell what the rows are. `source` is the system of a file
    whose columns do not tell it. Uploads are limited in size; a file on the server's disk need not be.
    """
    permissions.require(by, "crm.import.use")
    check_size(upload, is_limited=is_limited)
    file_import = FileImport(
        file_name=PurePath(upload.name or "rows.csv").name[:200],
        created_by=by,
        owner=by,
        team=by.team,
        source=source,
    )
    with SpooledTemporaryFile(max_size=IN_MEMORY) as found:
        table = _table_of(upload, found, Told(), by)
        _take_over(file_import, table, object_type, by, at)
        found.seek(0)
        upload.seek(0)
        with transaction.atomic():
            file_import.original.save("original", upload, save=False)
            file_import.file.save("rows.csv", File(found), save=True)
            audit.record(actor=by, action="import.upload", subject=file_import)
    return file_import


def read_again(
    *, file_import: FileImport, told: Told, object_type: str, by: "User", at: datetime
) -> None:
    """Read the uploaded file as somebody says it is written, and propose anew."""
    permissions.require(by, "crm.import.use")
    if file_import.is_started or not file_import.original:
        raise Refused(_("This file was already imported."))
    with (
        file_import.original.open("rb") as original,
        SpooledTemporaryFile(max_size=IN_MEMORY) as found,
    ):
        table = _table_of(original, found, told, by)
        _take_over(file_import, table, object_type, by, at)
        found.seek(0)
        before = file_import.file.name
        file_import.file.save("rows.csv", File(found), save=True)
        if before:
            file_import.file.storage.delete(before)


def _table_of(file: "File[bytes]", out: IO[bytes], told: Told, by: "User") -> Table:
    """The table of a file; what LinkedIn tells of its member is told of the people on the other side,
    and what Salesforce links by one column by a column for each type."""
    table = read_table(file, out, told)
    if linkedin.is_of_member(table.columns):
        return linkedin.unroll(table, out, by)
    return (
        salesforce.part_links(table, out) if salesforce.is_of_activities(table.columns) else table
    )


def _take_over(
    file_import: FileImport, table: Table, object_type: str, by: "User", at: datetime
) -> None:
    is_of_member = linkedin.is_unrolled(table.columns)
    kind = object_type or guess_kind(file_import.file_name, table.columns)
    if kind not in KINDS:
        raise Refused(_("Choose what the rows of the file are."))
    _check_rights(kind, by)
    file_import.object_type = kind
    file_import.source = (
        LINKEDIN if is_of_member else system_of(table.columns) or file_import.source
    )
    file_import.makes_contacts = linkedin.has_messages(table.columns)
    file_import.kind, file_import.encoding = table.kind, table.encoding
    file_import.delimiter, file_import.columns = table.delimiter, table.columns
    file_import.columns_digest = digest_of(table.columns)
    file_import.header_line = table.header_line
    file_import.lines_above, file_import.lines_below = table.above, table.below
    propose(file_import, table.sample, Targets(kind, by, Viewpoint(by, at)))


def _check_rights(kind: str, by: "User") -> None:
    right = KINDS[kind].permission
    if right and not permissions.access_of(by).may(right):
        raise Refused(_("Colleagues are imported by those who manage users. Ask an administrator."))


def propose(file_import: FileImport, sample: Sequence[Sequence[str]], targets: Targets) -> None:
    """How the columns match, what tells records apart: guessed, or as it was the last time."""
    columns = file_import.columns
    mapping = suggest_mapping(columns, sample, targets, usual_country())
    mapping = settled(mapping, file_import.source, targets)
    mapping = remembered(mapping, file_import.object_type, columns)
    file_import.mapping = restrict_mapping(recall_marks(mapping, targets.kind.key), targets)
    file_import.key = keys_of(file_import.mapping, targets)


def check_size(upload: "UploadedFile[bytes]", *, is_limited: bool = True) -> None:
    """Refuses what is empty or, of uploads, too large."""
    if not upload.size:
        raise Refused(_("The file is empty. Choose a CSV or Excel file with a header row."))
    if is_limited and upload.size > settings.MAX_UPLOAD_BYTES:
        raise Refused(
            _("The file is larger than %(size)s MB. Split it, or ask your administrator.")
            % {"size": settings.MAX_UPLOAD_BYTES // 1024 // 1024}
        )
