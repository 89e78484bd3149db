"""Exports of everything: asking for one, and downloading it."""

from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import lists
from core.api.base import ApiView, user_of
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
from core.api.idempotency import once
from core.downloads import archive_download
from core.models import Archive
from core.services.archives import PERMISSION, ask_for_archive, note_download
from core.tasks import wake
from core.telling.values import moment

ARCHIVE = thing(
    {
        "id": ID,
        "name": TEXT,
        "size": NUMBER,
        "rows": NUMBER,
        "made_at": MAYBE_MOMENT,
        "expires_at": MAYBE_MOMENT,
    }
)
ASKED = thing({"run": {**ID, "description": "The run to follow under `jobs/`."}})


def _told(archive: Archive) -> Json:
    return {
        "id": archive.pk,
        "name": archive.name,
        "size": archive.size,
        "rows": archive.rows,
        "made_at": moment(archive.made_at),
        "expires_at": moment(archive.expires_at),
    }


def _archive(pk: int) -> Archive:
    found = Archive.objects.filter(pk=pk, expires_at__gt=timezone.now()).first()
    if found is None:
        raise Http404
    return found


class Archives(ApiView):
    """What can be downloaded, and another one."""

    rights = {"GET": PERMISSION, "POST": PERMISSION}

    @described("Exports of everything", query=lists.PAGING, answers={200: listed(ARCHIVE)})
    def get(self, request: Request) -> Response:
        rows = Archive.objects.filter(expires_at__gt=timezone.now())
        return lists.answer(request, rows, _told, newest_first=True)

    @described(
        "Export everything",
        description="A worker makes the archive; while one is being made, that run is the answer.",
        headers=(IDEMPOTENCY,),
        answers={201: ASKED},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        run = ask_for_archive(by=user_of(request), as_of=timezone.now())
        wake(run.pk)
        return Response({"run": run.pk}, 201)


class ArchiveDetail(ApiView):
    """One archive."""

    rights = {"GET": PERMISSION}

    @described("An export of everything", answers={200: ARCHIVE})
    def get(self, _request: Request, pk: int) -> Response:
        return Response(_told(_archive(pk)))


class ArchiveFile(ApiView):
    """The archive itself; that it was taken is noted."""

    rights = {"POST": PERMISSION}

    @described(
        "Download an export of everything",
        answers={200: {"type": "string", "contentMediaType": "application/zip"}},
        answer_type="application/zip",
    )
    def post(self, request: Request, pk: int) -> StreamingHttpResponse:
        archive = _archive(pk)
        note_download(archive=archive, by=user_of(request))
        return archive_download(archive)
