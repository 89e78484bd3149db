"""Receiving an uploaded file: what is it, and can it be read?"""

from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.tabular.reading import IN_MEMORY, Table, read_table
from crm.models import LeadImport
from crm.services.import_mapping import suggest_mapping

if TYPE_CHECKING:
    from core.models import User


def receive_file(*, upload: "UploadedFile[bytes]", by: "User") -> LeadImport:
    """Find the table of a file, store it as UTF-8 and propose how its columns match.

    A large file takes its time: it is read before the transaction, which would make others wait.
    """
    permissions.require(by, "crm.lead.import")
    _check_size(upload)
    with SpooledTemporaryFile(max_size=IN_MEMORY) as found:
        table = read_table(upload, found)
        mapping = suggest_mapping(table.columns, table.sample)
        found.seek(0)
        return _store(File(found), table, mapping, upload.name or "leads.csv", by)


@transaction.atomic
def _store(
    found: "File[bytes]", table: Table, mapping: list[dict[str, Any]], name: str, by: "User"
) -> LeadImport:
    lead_import = LeadImport(
        file_name=PurePath(name).name[:200],
        kind=table.kind,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns=table.columns,
        mapping=mapping,
        header_line=table.header_line,
        lines_above=table.above,
        lines_below=table.below,
        created_by=by,
        owner=by,
        team=by.team,
    )
    lead_import.file.save("leads.csv", found, save=True)
    audit.record(actor=by, action="import.upload", subject=lead_import)
    return lead_import


def _check_size(upload: "UploadedFile[bytes]") -> None:
    if not upload.size:
        raise Refused(_("The file is empty. Choose a CSV or Excel file with a header row."))
    if upload.size > settings.MAX_UPLOAD_BYTES:
        raise Refused(
            _("The file is larger than %(size)s MB. Split it, or ask your administrator.")
            % {"size": settings.MAX_UPLOAD_BYTES // 1024 // 1024}
        )
