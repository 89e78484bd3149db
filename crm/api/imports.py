"""Imports: a file goes in, its columns are matched, it is tried, started, and taken back."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api import lists
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    MAYBE_TEXT,
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
from core.choices import FieldType
from core.conditions.viewpoint import Viewpoint
from core.models import User
from core.tasks import wake
from core.telling.values import moment
from crm.choices import ImportMode
from crm.models import FileImport, RefusedRow
from crm.queries.imports import COUNTED, import_report, imports_visible_to, trial_report
from crm.services.imports.kinds import KINDS
from crm.services.imports.receiving import receive_file
from crm.services.imports.reverting import start_reverting
from crm.services.imports.running import settle, start_import, start_trial
from crm.services.imports.targets import Targets
from crm.services.imports.told import read_told

USE = "crm.import.use"
COLUMN: Json = thing(
    {
        "column": TEXT,
        "target": TEXT,
        "format": TEXT,
        "formats": {"type": "array", "items": TEXT},
        "samples": {"type": "array", "items": TEXT},
        "values": {"type": "object"},
    }
)
IMPORT: Json = thing(
    {
        "id": ID,
        "file_name": TEXT,
        "object_type": TEXT,
        "source": MAYBE_TEXT,
        "mode": {"enum": ImportMode.values},
        "key": {"type": "array", "items": TEXT},
        "columns": {"type": "array", "items": COLUMN},
        "trial": MAYBE_NUMBER,
        "run": MAYBE_NUMBER,
        "reverting": MAYBE_NUMBER,
        "created_at": MAYBE_MOMENT,
    }
)
TARGET: Json = thing({"name": TEXT, "label": TEXT, "type": {"enum": FieldType.values}})
REPORT: Json = thing(
    {
        "import": ID,
        "object_type": TEXT,
        "state": TEXT,
        "columns": {"type": "object", "additionalProperties": TEXT},
        "counts": thing(dict.fromkeys(COUNTED, NUMBER)),
        "told": {"type": "array", "items": thing({"row": NUMBER, "reason": TEXT, "came_in": FLAG})},
        "examples": {"type": "array", "items": {"type": "object"}},
        "unmatched": {
            "type": "array",
            "items": thing({"field": TEXT, "text": TEXT, "rows": NUMBER}),
        },
    },
    required=["import", "object_type", "state", "columns", "counts", "told"],
)
TOLD: Json = thing(
    {
        "columns": {"type": "object"},
        "mode": {"enum": ImportMode.values},
        "key": {"type": "array", "items": TEXT},
        "makes_contacts": FLAG,
    },
    required=[],
)
STARTED: Json = thing({"import": ID, "run": ID})


def _told(file_import: FileImport) -> Json:
    shown = ("column", "target", "format", "formats", "samples", "values")
    return {
        "id": file_import.pk,
        "file_name": file_import.file_name,
        "object_type": file_import.object_type,
        "source": file_import.source or None,
        "mode": file_import.mode,
        "key": file_import.key,
        "columns": [{name: entry[name] for name in shown} for entry in file_import.mapping],
        "trial": file_import.trial_id,
        "run": file_import.run_id,
        "reverting": file_import.reverting_id,
        "created_at": moment(file_import.created_at),
    }


def _require(user: User, file_import: FileImport, action: str) -> None:
    for right in KINDS[file_import.object_type].rights(action):
        permissions.require(user, right)


class Imports(ApiView):
    """One's own imports, and a new one."""

    rights = {"GET": USE, "POST": USE}
    parser_classes = [FileBody]
    most_bytes = "MAX_UPLOAD_BYTES"

    @described("Imports, the newest first", query=lists.PAGING, answers={200: listed(IMPORT)})
    def get(self, request: Request) -> Response:
        return lists.answer(request, imports_visible_to(user_of(request)), _told, newest_first=True)

    @described(
        "Upload a file to import",
        description="CSV, Excel or vCard. The answer proposes where each column goes; nothing is imported yet. "
        "Without an object_type the columns say what the rows are.",
        takes=thing(
            {
                "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                "object_type": {"enum": ["", *KINDS]},
            },
            required=["file"],
        ),
        takes_type="multipart/form-data",
        headers=(IDEMPOTENCY,),
        answers={201: IMPORT},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        upload, kind = request.FILES.get("file"), str(request.POST.get("object_type", ""))
        if upload is None:
            raise InvalidError({"file": [_("Choose a file first.")]})
        user, now = user_of(request), timezone.now()
        made = receive_file(upload=upload, by=user, at=now, object_type=kind)
        return Response(_told(made), 201)


class ImportView(ApiView):
    """One import of the caller's."""

    def found(self, request: Request, pk: int) -> FileImport:
        rows = imports_visible_to(user_of(request)).filter(pk=pk)
        found = rows.first()
        if found is None:
            raise Http404
        return found

    def chosen(self, request: Request, file_import: FileImport) -> dict[str, Any]:
        """What the body says of the mapping; the caller has to have the rights themselves."""
        user, now = user_of(request), timezone.now()
        targets = Targets(file_import.object_type, user, Viewpoint(user, now))
        told = read_told(body_of(request) or {}, file_import, targets)
        if told.mode != ImportMode.UPDATE:
            _require(user, file_import, "create")
        if told.mode != ImportMode.CREATE:
            _require(user, file_import, "edit")
        return {
            "file_import": file_import,
            "mapping": told.mapping,
            "owner": file_import.owner,
            "by": user,
            "mode": told.mode,
            "key": told.key,
            "makes_contacts": told.makes_contacts,
        }


class Import(ImportView):
    """How the columns of one import match."""

    rights = {"GET": USE}

    @described("An import with its columns", answers={200: IMPORT})
    def get(self, request: Request, pk: int) -> Response:
        return Response(_told(self.found(request, pk)))


class ImportTargets(ImportView):
    """Where its columns may go."""

    rights = {"GET": USE}

    @described("Where the columns of an import may go", answers={200: listed(TARGET)})
    def get(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        kind = self.found(request, pk).object_type
        targets = Targets(kind, user, Viewpoint(user, timezone.now())).by_name.values()
        told = [{"name": it.name, "label": it.label, "type": str(it.type)} for it in targets]
        return Response({"results": told, "next": None})


class ImportTry(ImportView):
    """A trial, which leaves nothing."""

    rights = {"POST": USE}

    @described(
        "Try an import",
        description="Counts what would be created, changed and refused, and gathers names that match nothing. "
        "The report is at report/ when the run has succeeded.",
        takes=TOLD,
        headers=(IDEMPOTENCY,),
        answers={201: STARTED},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        file_import, now = self.found(request, pk), timezone.now()
        settle(**self.chosen(request, file_import), at=now)
        run = start_trial(file_import=file_import, by=user_of(request), as_of=now)
        wake(run.pk)
        return Response({"import": pk, "run": run.pk}, 201)


class ImportStart(ImportView):
    """The import itself."""

    rights = {"POST": USE}

    @described(
        "Start an import",
        takes=TOLD,
        headers=(IDEMPOTENCY,),
        answers={201: STARTED},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        file_import = self.found(request, pk)
        run = start_import(**self.chosen(request, file_import), as_of=timezone.now())
        wake(run.pk)
        return Response({"import": pk, "run": run.pk}, 201)


class ImportRevert(ImportView):
    """Taking it back."""

    rights = {"POST": USE}

    @described(
        "Revert an import",
        description="What it made goes to the bin, what it changed is put back, as far as nobody has changed it since.",
        headers=(IDEMPOTENCY,),
        answers={201: STARTED},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        file_import, user = self.found(request, pk), user_of(request)
        _require(user, file_import, "edit")
        run = start_reverting(file_import=file_import, by=user, as_of=timezone.now())
        wake(run.pk)
        return Response({"import": pk, "run": run.pk}, 201)


class ImportReport(ImportView):
    """What came, or would come, of its rows."""

    rights = {"GET": USE}

    @described(
        "What came of an import, or what its trial found",
        description="Up to 1,000 rows that did not come in, or not with all they say; all of them are at refused/.",
        answers={200: REPORT},
    )
    def get(self, request: Request, pk: int) -> Response:
        found = self.found(request, pk)
        if found.run is not None:
            return Response(import_report(found, found.run))
        if found.trial is not None:
            return Response(trial_report(found, found.trial))
        raise Http404


class ImportRefused(ImportView):
    """The rows that did not come in, or not with all they say."""

    rights = {"GET": USE}

    @described(
        "Refused rows",
        query=lists.PAGING,
        answers={
            200: listed(
                thing(
                    {
                        "row": NUMBER,
                        "reason": TEXT,
                        "came_in": FLAG,
                        "values": {"type": "array", "items": TEXT},
                    }
                )
            )
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        return lists.answer(request, self.found(request, pk).refused_rows.all(), _refused)


def _refused(row: RefusedRow) -> Json:
    return {
        "row": row.row_number,
        "reason": row.reason_text,
        "came_in": row.is_written,
        "values": row.values,
    }
