"""Receiving an uploaded file: what is it, and can it be read?"""

from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.tabular.reading import IN_MEMORY, read_table
from crm.models import LeadImport
from crm.services.import_mapping import suggest_mapping

if TYPE_CHECKING:
    from core.models import User


@transaction.atomic
def receive_file(*, upload: "UploadedFile[bytes]", by: "User") -> LeadImport:
    """Find the table of a file, store it as UTF-8 and propose how its columns match."""
    permissions.require(by, "crm.lead.import")
    _check_size(upload)
    with SpooledTemporaryFile(max_size=IN_MEMORY) as found:
        table = read_table(upload, found)
        lead_import = LeadImport(
            file_name=PurePath(upload.name or "leads.csv").name[:200],
            encoding=table.encoding,
            delimiter=table.delimiter,
            columns=table.columns,
            mapping=suggest_mapping(table.columns, table.sample),
            header_line=table.header_line,
            lines_above=table.above,
            lines_below=table.below,
            created_by=by,
            owner=by,
            team=by.team,
        )
        found.seek(0)
        lead_import.file.save("leads.csv", File(found), save=True)
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
