"""Receiving an uploaded file: what is it, and can it be read?"""

import codecs
import csv
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from crm.models import LeadImport
from crm.queries.import_files import head
from crm.services.import_mapping import suggest_mapping

if TYPE_CHECKING:
    from core.models import User

DELIMITERS = ",;\t|"
# Chinese Excel writes GB18030; Western Excel writes cp1252, which reads anything.
ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
SAMPLE_ROWS = 1_000
MAX_COLUMNS = 500


@transaction.atomic
def receive_file(*, upload: "UploadedFile[bytes]", by: "User") -> LeadImport:
    """Check a CSV file, store it as UTF-8 and propose how its columns match."""
    permissions.require(by, "crm.lead.import")
    _check_size(upload)
    encoding = _encoding_of(upload)
    with SpooledTemporaryFile(max_size=8_000_000) as text:
        for piece in _decoded(upload, encoding):
            text.write(piece.encode())
        delimiter = _delimiter_of(text)
        rows = head(text, delimiter, SAMPLE_ROWS + 1)
        columns = _columns_of(rows)
        lead_import = LeadImport(
            file_name=PurePath(upload.name or "leads.csv").name[:200],
            encoding=encoding,
            delimiter=delimiter,
            columns=columns,
            mapping=suggest_mapping(columns, rows[1:]),
            created_by=by,
            owner=by,
            team=by.team,
        )
        text.seek(0)
        lead_import.file.save("leads.csv", File(text), save=True)
    audit.record(actor=by, action="import.upload", subject=lead_import)
    return lead_import


def _check_size(upload: "UploadedFile[bytes]") -> None:
    if not upload.size:
        raise Refused(_("The file is empty. Choose a CSV file with a header row."))
    if upload.size > settings.MAX_UPLOAD_BYTES:
        raise Refused(
            _("The file is larger than %(size)s MB. Split it, or ask your administrator.")
            % {"size": settings.MAX_UPLOAD_BYTES // 1024 // 1024}
        )


def _encoding_of(upload: "UploadedFile[bytes]") -> str:
    start = upload.read(4)
    upload.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ENCODINGS:
        if _reads_as(upload, encoding):
            return encoding
    raise Refused(_("This is not a text file. Save it as CSV (UTF-8) and upload it again."))


def _reads_as(upload: "UploadedFile[bytes]", encoding: str) -> bool:
    try:
        for piece in _decoded(upload, encoding):
            if "\0" in piece:
                return False
    except UnicodeDecodeError:
        return False
    return True


def _decoded(upload: "UploadedFile[bytes]", encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    upload.seek(0)
    for chunk in upload.chunks():
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _delimiter_of(text: IO[bytes]) -> str:
    text.seek(0)
    lines = text.read(64_000).decode(errors="ignore")
    try:
        return csv.Sniffer().sniff(lines, delimiters=DELIMITERS).delimiter
    except csv.Error:
        first = lines.partition("\n")[0]
        return max(DELIMITERS, key=first.count)


def _columns_of(rows: list[list[str]]) -> list[str]:
    """The header's names, each once."""
    if len(rows) < 2:
        raise Refused(_("The file has no rows below the header."))
    if len(rows[0]) > MAX_COLUMNS:
        raise Refused(_("The file has more than %(limit)s columns.") % {"limit": MAX_COLUMNS})
    return list(_unique(cell.strip() for cell in rows[0]))


def _unique(names: Iterable[str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        shown = name[:200] or _("Column %(number)s") % {"number": number}
        seen[shown] = seen.get(shown, 0) + 1
        yield shown if seen[shown] == 1 else f"{shown} ({seen[shown]})"
