"""Files of a record."""

from typing import Any

from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import lists
from core.api.base import user_of
from core.api.described import (
    ID,
    IDEMPOTENCY,
    MAYBE_MOMENT,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    thing,
)
from core.api.formats import FileBody
from core.api.idempotency import once
from core.api.problems import InvalidError
from core.api.records import RecordsView
from core.downloads import attachment_download
from core.ids import LARGEST_ID
from core.models import Attachment
from core.services.attachments import BINARY, add_file, delete_file, files_of
from core.telling.values import moment

FILE = thing(
    {"id": ID, "name": TEXT, "size": NUMBER, "content_type": TEXT, "created_at": MAYBE_MOMENT}
)


def _told(attachment: Attachment) -> Json:
    return {
        "id": attachment.pk,
        "name": attachment.name,
        "size": attachment.size,
        "content_type": attachment.content_type,
        "created_at": moment(attachment.created_at),
    }


class FilesView(RecordsView):
    """Files are seen with their record and changed by whoever may change it."""

    def owner(self, request: Request, pk: int, action: str = "view") -> Any:
        record = self.rows(user_of(request), action).filter(pk=pk).first()
        if record is None:
            raise Http404
        return record


class RecordFiles(FilesView):
    """The files, and another one."""

    actions = {"GET": "view", "POST": "edit"}
    parser_classes = [FileBody]
    most_bytes = "MAX_UPLOAD_BYTES"

    @described("Files of a {one}", query=lists.PAGING, answers={200: listed(FILE)})
    def get(self, request: Request, pk: int) -> Response:
        return lists.answer(request, files_of(self.owner(request, pk)), _told)

    @described(
        "Add a file to a {one}",
        takes=thing({"file": {"type": "string", "contentMediaType": "application/octet-stream"}}),
        takes_type="multipart/form-data",
        headers=(IDEMPOTENCY,),
        answers={201: FILE},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        record = self.owner(request, pk, "edit")
        upload = request.FILES.get("file")
        if upload is None:
            raise InvalidError({"file": [_("Choose a file first.")]})
        kept = add_file(record=record, upload=upload, by=user_of(request))
        return Response(_told(kept), 201)


class RecordFile(FilesView):
    """One file: its content, or its end."""

    actions = {"GET": "view", "DELETE": "edit"}

    def file(self, request: Request, pk: int, file: int, action: str) -> tuple[Any, Attachment]:
        record = self.owner(request, pk, action)
        found = files_of(record).filter(pk=file).first() if file <= LARGEST_ID else None
        if found is None:
            raise Http404
        return record, found

    @described(
        "The content of a file",
        answers={200: {"type": "string", "contentMediaType": "application/octet-stream"}},
        answer_type="application/octet-stream",
    )
    def get(self, request: Request, pk: int, file: int) -> StreamingHttpResponse:
        _record, found = self.file(request, pk, file, "view")
        return attachment_download(found, BINARY)

    @described("Delete a file", answers={204: None}, fails=WRITE_FAILS)
    def delete(self, request: Request, pk: int, file: int) -> Response:
        record, found = self.file(request, pk, file, "edit")
        delete_file(attachment=found, record=record, by=user_of(request), at=timezone.now())
        return Response(status=204)
