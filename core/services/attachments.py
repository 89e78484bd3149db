"""Files of records: receiving, taking away, bringing back."""

import mimetypes
import re
import unicodedata
from datetime import datetime
from pathlib import PurePath
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, permissions
from core.errors import Refused
from core.models import Attachment, User

MOST_FILES = 500  # of one record
SNIFFED = 512  # bytes
LONGEST_NAME = 150
UNWANTED = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
BINARY = "application/octet-stream"
# What a file begins with says what it is; its name only tells kinds of one container apart.
SIGNATURES: tuple[tuple[bytes, str, frozenset[str]], ...] = (
    (b"%PDF-", "application/pdf", frozenset({".pdf"})),
    (b"\x89PNG\r\n\x1a\n", "image/png", frozenset({".png"})),
    (b"\xff\xd8\xff", "image/jpeg", frozenset({".jpg", ".jpeg"})),
    (b"GIF8", "image/gif", frozenset({".gif"})),
    (
        b"PK\x03\x04",
        "application/zip",
        frozenset({".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"}),
    ),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage", frozenset({".doc", ".xls", ".ppt", ".msg"})),
    (b"ID3", "audio/mpeg", frozenset({".mp3"})),
)
TEXTS = frozenset({".txt", ".csv", ".tsv", ".md", ".eml", ".ics", ".vcf", ".json", ".log", ".rtf"})
OTHERS = frozenset({".webp", ".heic", ".mp3", ".m4a", ".wav", ".mp4", ".mov", ".7z"})
ACCEPTED = frozenset().union(*(names for _start, _type, names in SIGNATURES)) | TEXTS | OTHERS


@transaction.atomic
def add_file(*, record: Any, upload: "UploadedFile[bytes]", by: User) -> Attachment:
    """Keep a file with a record, under a name of ours; what it is is read from its beginning."""
    object_type = record._meta.label_lower
    permissions.require(by, f"{object_type}.edit")
    name = safe_name(upload.name or "")
    content_type = _checked_type(upload, PurePath(name).suffix.lower())
    if files_of(record).count() >= MOST_FILES:
        raise Refused(_("A record has %(most)s files at most.") % {"most": MOST_FILES})
    attachment = Attachment(
        object_type=object_type,
        object_id=record.pk,
        name=name,
        size=upload.size or 0,
        content_type=content_type,
        uploaded_by=by,
    )
    attachment.file.save(name, upload, save=False)
    attachment.save()
    audit.record(actor=by, action="file.add", subject=record, changes={"file": ("", name)})
    return attachment


def files_of(record: Any) -> Any:
    """The files of a record that are not deleted."""
    return Attachment.objects.filter(
        object_type=record._meta.label_lower, object_id=record.pk, deleted_at__isnull=True
    )


def safe_name(given: str) -> str:
    """The last part of a name without what means something to a system, at most so long.

    >>> safe_name("../../etc/pass<wd>.txt"), safe_name("C:\\\\x\\\\a\u202etxt.exe")
    ('passwd.txt', 'atxt.exe')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = " ".join(UNWANTED.sub("", last).split()).strip(". ")
    path = PurePath(plain or "file")
    return f"{path.stem[: LONGEST_NAME - len(path.suffix[:20])]}{path.suffix[:20]}"


def _checked_type(upload: "UploadedFile[bytes]", suffix: str) -> str:
    """The content type of an accepted file; its name and its content have to agree."""
    size = upload.size or 0
    if size == 0:
        raise Refused(_("“%(name)s” is empty.") % {"name": upload.name})
    if size > settings.MAX_UPLOAD_BYTES:
        megabytes = settings.MAX_UPLOAD_BYTES // 1_048_576
        raise Refused(
            _("“%(name)s” is larger than %(megabytes)s MB.")
            % {"name": upload.name, "megabytes": megabytes}
        )
    if suffix not in ACCEPTED:
        raise Refused(
            _("Files like “%(name)s” are not kept here. Put it into a ZIP file.")
            % {"name": upload.name}
        )
    found = sniffed(upload, suffix)
    if not found:
        raise Refused(
            _("“%(name)s” is not what its name says. Save it anew and try again.")
            % {"name": upload.name}
        )
    return found


def sniffed(file: IO[bytes] | Any, suffix: str) -> str:
    """The type of a file by its beginning; empty when its name says something else."""
    file.seek(0)
    start = file.read(SNIFFED)
    file.seek(0)
    for signature, content_type, names in SIGNATURES:
        if start.startswith(signature):
            return (
                (mimetypes.guess_type(f"x{suffix}")[0] or content_type) if suffix in names else ""
            )
    if suffix in TEXTS:
        return "text/plain" if b"\0" not in start or start[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
    return BINARY if suffix in OTHERS else ""


@transaction.atomic
def delete_file(*, attachment: Attachment, record: Any, by: User, at: datetime) -> None:
    """Take a file away; it can be brought back."""
    _mark(attachment, at)
    changes = {"file": (attachment.name, "")}
    audit.record(actor=by, action="file.delete", subject=record, changes=changes)


@transaction.atomic
def restore_file(*, attachment: Attachment, record: Any, by: User) -> None:
    """Bring a file back."""
    _mark(attachment, None)
    changes = {"file": ("", attachment.name)}
    audit.record(actor=by, action="file.restore", subject=record, changes=changes)


def _mark(attachment: Attachment, at: datetime | None) -> None:
    attachment.deleted_at = at
    attachment.save(update_fields=["deleted_at"])
