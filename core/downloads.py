"""Files as answers: downloaded, never opened by a browser."""

from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse  # noqa: TID251  # for views and the API
from django.utils.http import content_disposition_header

from core.models import Archive, Attachment

CSV = "text/csv; charset=utf-8"
SANDBOX = "sandbox; default-src 'none'; script-src 'self'; frame-ancestors 'none'"


def download(pieces: Iterable[bytes | str], name: str, content_type: str) -> StreamingHttpResponse:
    """The pieces as a file of this name."""
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def attachment_download(attachment: Attachment, content_type: str) -> StreamingHttpResponse:
    """What somebody has uploaded: a browser never opens or runs it."""
    response = download(_pieces(attachment), attachment.name, content_type)
    response["Content-Length"] = str(attachment.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    return response


def archive_download(archive: Archive) -> StreamingHttpResponse:
    """The export of everything."""
    response = download(_pieces(archive), archive.name, "application/zip")
    response["Content-Length"] = str(archive.size)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _pieces(kept: Archive | Attachment) -> Iterator[bytes]:
    """Opened when somebody reads it, closed afterwards."""
    with kept.file.open("rb") as file:
        yield from file.chunks()
