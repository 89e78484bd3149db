"""The end points of every record type: lists, questions, single records, many at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api.asking import from_address, from_body, page_of
from core.api.base import ApiView, body_of, user_of
from core.api.components import name_of
from core.api.described import (
    IDEMPOTENCY,
    IF_MATCH,
    IF_NONE_MATCH,
    WRITE_FAILS,
    Json,
    described,
    query,
    ref,
)
from core.api.idempotency import once
from core.api.problems import InvalidError, ProblemError, wrong_parameter
from core.api.reading import chosen_names
from core.api.versions import check_match, is_unchanged, tag_of
from core.conditions.viewpoint import Viewpoint
from core.lists import ListDefinition
from core.models import ExternalKey, User
from core.registries import RecordType
from core.rows.items import CREATED, REFUSED, UNCHANGED, UPDATED, WHOLE, Row
from core.services.records import delete_records, restore_records
from core.services.rows import MODES, MOST_ROWS, UPSERT, write_rows
from core.telling.records import RecordReader


def of_kind(suffix: str = "") -> Any:
    """A schema that the record type of the view has."""

    def said(view: "RecordsView") -> Json:
        return ref(name_of(view.kind) + suffix)

    return said


FIELDS = query(
    "fields",
    "Only these, also of linked records, separated by commas; `custom` is all added fields.",
    example="display_name,created",
)
QUESTION = (
    query(
        "if",
        "A condition as field:operator:value; may be given several times, then all have to hold. "
        "Values of a list are separated by commas. A condition with any, not or happened is written "
        "as JSON, as in the body of `query/`.",
        {"type": "array", "items": {"type": "string"}},
        example=["created:last_days:30"],
    ),
    query("q", "Words, as in the search of the list."),
    query("sort", "A field; with - the largest first.", example="-created"),
    query(
        "view", "The number of a saved view, whose conditions and order hold.", {"type": "integer"}
    ),
    FIELDS,
    query("after", "Where to go on: `next` or `previous` of an answer."),
    query("size", "How many.", {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}),
    query(
        "count", "How many there are in all; an estimate when they are many.", {"type": "boolean"}
    ),
)
CHANGE_FAILS = (*WRITE_FAILS, 412)
STATES = (CREATED, UPDATED, UNCHANGED, REFUSED)


class RecordsView(ApiView):
    """An end point of one record type; `definition` says which."""

    definition: ListDefinition = None  # type: ignore[assignment]  # given to as_view
    actions: Mapping[str, str] = {}

    def rights_by_method(self) -> Mapping[str, str]:
        return {method: f"{self.kind.key}.{action}" for method, action in self.actions.items()}

    @property
    def kind(self) -> RecordType:
        return self.definition.kind

    def reader(self, user: User, names: Sequence[str] | None = None) -> RecordReader:
        return RecordReader(self.kind, Viewpoint(user, timezone.localtime()), names)

    def rows(self, user: User, action: str = "view") -> QuerySet[Any]:
        model = self.kind.model
        rows: QuerySet[Any] = model._base_manager.filter(
            permissions.row_condition(model, user, action)
        )
        return rows

    def record(self, user: User, pk: int, names: Sequence[str] | None = None) -> dict[str, Any]:
        """One record as the caller sees it."""
        reader = self.reader(user, names)
        row = reader.rows(self.rows(user)).filter(pk=pk).first()
        if row is None:
            raise Http404
        return reader.read([row])[0]

    def shown(self, user: User, pk: int, status: int = 200) -> Response:
        """The record with its tag; only its number to whoever may not see it."""
        try:
            record = self.record(user, pk)
        except Http404:
            return Response({"id": pk}, status)
        return Response(record, status, headers={"ETag": tag_of(self.kind, record)})

    @transaction.atomic
    def write_one(self, request: Request, mode: str, given: Mapping[str, Any]) -> Row:
        """A row of one; refused, it leaves nothing behind."""
        (row,) = write_rows(
            kind=self.kind, given=[given], mode=mode, by=user_of(request), at=timezone.now()
        )
        if row.is_refused:
            raise InvalidError(row.errors)
        return row


class RecordList(RecordsView):
    """All records that the caller sees; and new ones."""

    actions = {"GET": "view", "POST": "create"}

    @described("List {many}", query=QUESTION, answers={200: of_kind("Page")})
    def get(self, request: Request) -> Response:
        user = user_of(request)
        asked = from_address(self.definition, user, request.query_params)
        return Response(page_of(asked))

    @described(
        "Make a {one}",
        takes=of_kind("Input"),
        headers=(IDEMPOTENCY,),
        answers={201: of_kind()},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        row = self.write_one(request, "create", body_of(request))
        response = self.shown(user_of(request), row.record.pk, 201)
        response["Location"] = f"{request.path}{row.record.pk}/"
        return response


class RecordQuery(RecordsView):
    """The same question with its condition as JSON."""

    actions = {"POST": "view"}

    @described(
        "Ask for {many} with a condition in JSON",
        takes=ref("Question"),
        answers={200: of_kind("Page")},
        fails=WRITE_FAILS,
    )
    def post(self, request: Request) -> Response:
        asked = from_body(self.definition, user_of(request), body_of(request))
        return Response(page_of(asked))


class RecordDetail(RecordsView):
    """One record."""

    actions = {"GET": "view", "PATCH": "edit", "DELETE": "delete"}

    @described(
        "A {one}",
        query=(FIELDS,),
        headers=(IF_NONE_MATCH,),
        answers={200: of_kind(), 304: None},
    )
    def get(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        whole = self.record(user, pk)
        said = self._chosen(request, user, pk, whole)
        tag = tag_of(self.kind, whole, said)
        if is_unchanged(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(said, headers={"ETag": tag})

    def _chosen(
        self, request: Request, user: User, pk: int, whole: dict[str, Any]
    ) -> dict[str, Any]:
        for name in request.query_params:
            if name != "fields":
                raise wrong_parameter(name, _("Only “fields” is known here."))
        given = request.query_params.get("fields", "")
        if not given:
            return whole
        names = chosen_names(self.kind, given, Viewpoint(user, timezone.localtime()))
        return self.record(user, pk, names)

    @described(
        "Change a {one}",
        takes=of_kind("Input"),
        headers=(IF_MATCH,),
        answers={200: of_kind()},
        fails=CHANGE_FAILS,
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Only what is given changes."""
        user, given = user_of(request), body_of(request)
        with transaction.atomic():
            self._hold(request, user, pk, "edit")
            self.write_one(request, "update", {**given, "id": pk})
        return self.shown(user, pk)

    @described(
        "Delete a {one} into the bin", headers=(IF_MATCH,), answers={204: None}, fails=CHANGE_FAILS
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Into the bin."""
        user = user_of(request)
        with transaction.atomic():
            self._hold(request, user, pk, "delete")
            rows = self.kind.model._base_manager.filter(pk=pk)
            delete_records(rows=rows, by=user, at=timezone.now())
        return Response(status=204)

    def _hold(self, request: Request, user: User, pk: int, action: str) -> None:
        """The record is the caller's to change, and locked until it is changed."""
        held = self.rows(user).select_for_update().filter(pk=pk)
        if not list(held.values_list("pk")):
            raise Http404
        if not self.rows(user, action).filter(pk=pk).exists():
            raise ProblemError(403, "not-allowed", _("You see this record, but may not change it."))
        check_match(request, self.kind, self.record(user, pk))


class RecordRestore(RecordsView):
    """Out of the bin."""

    actions = {"POST": "delete"}

    @described(
        "Bring a {one} back from the bin",
        headers=(IDEMPOTENCY,),
        answers={200: of_kind()},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        model = self.kind.model
        deleted = model._base_manager.filter(permissions.bin_condition(model, user), pk=pk)
        if not deleted.exists():
            raise Http404
        restore_records(rows=model._base_manager.filter(pk=pk), by=user, at=timezone.now())
        return self.shown(user, pk)


class RecordByKey(RecordsView):
    """The record that another system has under this key."""

    actions = {"GET": "view"}

    @described("A {one} by another system's key", answers={200: of_kind()})
    def get(self, request: Request, source: str, key: str) -> Response:
        found = ExternalKey.objects.filter(object_type=self.kind.key, source=source, key=key)
        pk = found.values_list("object_id", flat=True).first()
        if pk is None:
            raise Http404
        record = self.record(user_of(request), pk)
        return Response(record, headers={"ETag": tag_of(self.kind, record)})


class RecordBulk(RecordsView):
    """Up to a thousand records at once; a bad row never spoils the others."""

    actions = {"POST": "view"}

    @described(
        "Create, update or upsert many {many}",
        description="Rows are named by `id` or `external`. Each is written or refused by itself.",
        takes=of_kind("Rows"),
        headers=(IDEMPOTENCY,),
        answers={200: ref("RowsAnswer")},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        user, body = user_of(request), body_of(request)
        mode, given = body.get("mode", UPSERT), body.get("rows")
        if unknown := set(body) - {"mode", "rows"}:
            raise wrong_parameter(min(unknown), _("Only “mode” and “rows” are known here."))
        if mode not in MODES:
            raise wrong_parameter("mode", _("Choose create, update or upsert."))
        if not isinstance(given, list) or len(given) > MOST_ROWS:
            sentence = _("Send a list of up to %(most)s rows.") % {"most": MOST_ROWS}
            raise wrong_parameter("rows", sentence)
        self._require(user, mode)
        rows = write_rows(kind=self.kind, given=given, mode=mode, by=user, at=timezone.now())
        return Response(_told(rows))

    def _require(self, user: User, mode: str) -> None:
        needed = {"create": ("create",), "update": ("edit",), UPSERT: ("create", "edit")}[mode]
        access = permissions.access_of(user)
        if not any(access.may(f"{self.kind.key}.{action}") for action in needed):
            permissions.require(user, f"{self.kind.key}.{needed[0]}")


def _told(rows: Sequence[Row]) -> dict[str, Any]:
    counts = dict.fromkeys(STATES, 0)
    for row in rows:
        counts[row.status] += 1
    return {**counts, "rows": [_told_of(row) for row in rows]}


def _told_of(row: Row) -> dict[str, Any]:
    if not row.is_refused:
        return {"index": row.index, "status": row.status, "id": row.record.pk}
    sentence = next(iter(row.errors.values()))[0]
    first = next(iter(row.errors))
    detail = sentence if first == WHOLE else f"{first}: {sentence}"
    return {"index": row.index, "status": row.status, "detail": detail, "errors": row.errors}
