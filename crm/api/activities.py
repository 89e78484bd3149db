"""Activities ticked off, and the timeline of a record."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import user_of
from core.api.described import (
    IDEMPOTENCY,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    query,
    thing,
)
from core.api.idempotency import once
from core.api.problems import wrong_parameter
from core.api.records import RecordsView, of_kind
from core.models import User
from core.telling.values import moment
from crm.models import Activity
from crm.queries.timeline import FILTERS, Entry, timeline_of
from crm.services.activities import complete_activity, reopen_activity

CHANGE = thing({"field": TEXT, "before": TEXT, "after": TEXT})
ENTRY = thing(
    {
        "at": MAYBE_MOMENT,
        "fact": TEXT,
        "details": {"type": "array", "items": TEXT},
        "body": TEXT,
        "changes": {"type": "array", "items": CHANGE},
        "activity": MAYBE_NUMBER,
    }
)


class ActivityAct(RecordsView):
    """Something done with one activity."""

    actions = {"POST": "edit"}

    def activity(self, user: User, pk: int) -> Activity:
        rows: Any = Activity.objects.visible_to(user, "edit").for_list()
        found: Activity | None = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class ActivityComplete(ActivityAct):
    """It is done."""

    @described(
        "Tick an activity off", headers=(IDEMPOTENCY,), answers={200: of_kind()}, fails=WRITE_FAILS
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        complete_activity(activity=self.activity(user, pk), by=user, at=timezone.now())
        return self.shown(user, pk)


class ActivityReopen(ActivityAct):
    """It is not done yet."""

    @described(
        "Reopen an activity", headers=(IDEMPOTENCY,), answers={200: of_kind()}, fails=WRITE_FAILS
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        reopen_activity(activity=self.activity(user, pk), by=user)
        return self.shown(user, pk)


class RecordTimeline(RecordsView):
    """What happened around a record, newest first; what is planned stands before."""

    def rights_by_method(self) -> Any:
        return {"GET": "crm.activity.view"}

    @described(
        "Timeline of a {one}",
        query=(
            query("kind", "Only this.", {"enum": list(FILTERS)}),
            query("before", "`next` of the answer before."),
        ),
        answers={
            200: thing(
                {
                    "planned": {"type": "array", "items": ENTRY},
                    "results": {"type": "array", "items": ENTRY},
                    "next": {"type": ["string", "null"]},
                }
            )
        },
    )
    def get(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        rows: Any = self.kind.model
        found = rows.objects.visible_to(user).for_list().filter(pk=pk)
        if self.kind.key == "crm.lead":
            found = found.select_related("imported_by")
        record = found.first()
        if record is None:
            raise Http404
        given = request.query_params
        kind = given.get("kind", "")
        if kind and kind not in FILTERS:
            raise wrong_parameter("kind", ", ".join(FILTERS))
        page = timeline_of(
            record, user, kind=kind, before=given.get("before", ""), at=timezone.now()
        )
        entries = [entry for section in page.sections for entry in section.entries]
        return Response(
            {
                "planned": [_told(entry) for entry in page.upcoming],
                "results": [_told(entry) for entry in entries],
                "next": page.older or None,
            }
        )


def _told(entry: Entry) -> Json:
    return {
        "at": moment(entry.at),
        "fact": str(entry.fact),
        "details": [str(each) for each in entry.details],
        "body": str(entry.body),
        "changes": [
            {"field": str(it.label), "before": str(it.before), "after": str(it.after)}
            for it in entry.changes
        ],
        "activity": entry.activity.pk if entry.activity else None,
    }
