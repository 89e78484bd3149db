"""Receiving an uploaded file: what is it, and can it be read?"""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain, count
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
# Chinese Excel writes GB18030; Western Excel writes cp1252, which reads nearly anything.
ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
# "Müller" in cp1252 is valid GB18030, too, but gives characters that nobody writes: of the
# characters of a Chinese text, also a traditional one, at least this share is in GB2312.
COMMON_SHARE = 0.3
SAMPLE_ROWS = 1_000
DELIMITER_ROWS = 50
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
    is_utf_16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf_16 else ENCODINGS:
        if _reads_as(upload, encoding):
            return encoding
    raise Refused(_("This is not a text file. Save it as CSV (UTF-8) and upload it again."))


def _reads_as(upload: "UploadedFile[bytes]", encoding: str) -> bool:
    foreign = common = 0
    try:
        for piece in _decoded(upload, encoding):
            if "\0" in piece:
                return False
            plain = len(piece.encode("ascii", "ignore"))
            foreign += len(piece) - plain
            common += (len(piece.encode("gb2312", "ignore")) - plain) // 2
    except UnicodeDecodeError:
        return False
    return encoding != "gb18030" or common >= COMMON_SHARE * foreign


def _decoded(upload: "UploadedFile[bytes]", encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    upload.seek(0)
    for chunk in upload.chunks():
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _delimiter_of(text: IO[bytes]) -> str:
    return max(DELIMITERS, key=lambda delimiter: _fit(text, delimiter))


def _fit(text: IO[bytes], delimiter: str) -> tuple[bool, int, int]:
    """Whether the delimiter parts the header, how many rows have as many cells, and how many."""
    try:
        header, *rows = head(text, delimiter, DELIMITER_ROWS) or [[]]
    except Refused:
        return False, 0, 0
    return len(header) > 1, sum(len(row) == len(header) for row in rows), len(header)


def _columns_of(rows: list[list[str]]) -> list[str]:
    """The header's names, each once."""
    if len(rows) < 2:
        raise Refused(_("The file has no rows below the header."))
    if len(rows[0]) > MAX_COLUMNS:
        raise Refused(_("The file has more than %(limit)s columns.") % {"limit": MAX_COLUMNS})
    return list(_unique(cell.strip() for cell in rows[0]))


def _unique(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for number, name in enumerate(names, start=1):
        stem = name[:200] or _("Column %(number)s") % {"number": number}
        numbered = (f"{stem} ({again})" for again in count(2))
        shown = next(found for found in chain([stem], numbered) if found not in seen)
        seen.add(shown)
        yield shown
