"""Pipelines, and deals that move through them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
    NUMBER,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError, ProblemError
from core.api.records import RecordsView, of_kind
from core.ids import is_id
from core.models import User
from crm.choices import StageKind
from crm.models import Competitor, Deal, Pipeline, Stage
from crm.services.deals import (
    Ending,
    MovedMeanwhile,
    lose_deal,
    move_deal,
    reopen_deal,
    win_deal,
)

STAGE = thing(
    {
        "id": ID,
        "name": TEXT,
        "kind": {"enum": StageKind.values},
        "probability": NUMBER,
        "rotting_days": NUMBER,
        "slow_days": NUMBER,
        "wip_limit": NUMBER,
    }
)
PIPELINE = thing(
    {"id": ID, "name": TEXT, "is_archived": FLAG, "stages": {"type": "array", "items": STAGE}}
)


REASON: Json = {**TEXT, "maxLength": 200}


class Pipelines(ApiView):
    """All pipelines with their stages, in order."""

    rights = {"GET": "crm.deal.view"}

    @described("Pipelines and stages", answers={200: listed(PIPELINE)})
    def get(self, _request: Request) -> Response:
        rows = Pipeline.objects.prefetch_related("stages")
        return Response({"results": [_told(row) for row in rows], "next": None})


def _told(pipeline: Pipeline) -> Json:
    return {
        "id": pipeline.pk,
        "name": str(pipeline),
        "is_archived": pipeline.is_archived,
        "stages": [
            {
                "id": stage.pk,
                "name": str(stage),
                "kind": stage.kind,
                "probability": stage.probability,
                "rotting_days": stage.rotting_days,
                "slow_days": stage.slow_days,
                "wip_limit": stage.wip_limit,
            }
            for stage in pipeline.stages.all()
        ],
    }


class DealAct(RecordsView):
    """Something done with one deal."""

    actions = {"POST": "edit"}

    def deal(self, user: User, pk: int) -> Deal:
        if not permissions.access_of(user).edits("crm.deal.stage"):
            raise ProblemError(403, "not-allowed", _("Your role may not move deals."))
        rows: Any = Deal.objects.visible_to(user, "edit").select_related("stage__pipeline")
        found: Deal | None = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def act(self, request: Request, pk: int, do: Callable[[Deal, User, datetime], Any]) -> Response:
        user = user_of(request)
        do(self.deal(user, pk), user, timezone.now())
        return self.shown(user, pk)


def _text(body: Json, name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str) or len(value) > 200:
        raise InvalidError({name: [_("Write a text.")]})
    return value


def _competitor(body: Json, user: User) -> Competitor | None:
    """The competitor that the body names by number."""
    number: Any = body.get("competitor")
    if number is None:
        return None
    if not permissions.access_of(user).edits("crm.deal.competitor"):
        raise ProblemError(403, "not-allowed", _("Your role may not change this field."))
    found = Competitor.objects.filter(pk=number).first() if is_id(number) else None
    if found is None:
        raise InvalidError({"competitor": [_("There is no such competitor.")]})
    return found


class DealMove(DealAct):
    """To another stage."""

    @described(
        "Move a deal to a stage",
        description="`seen` is the stage in which you saw the deal: 409 when somebody has moved it since.",
        takes=thing(
            {
                "stage": ID,
                "seen": ID,
                "lost_reason": REASON,
                "won_reason": REASON,
                "competitor": ID,
            },
            required=["stage"],
        ),
        headers=(IDEMPOTENCY,),
        answers={200: of_kind()},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        self.deal(user, pk)
        body = body_of(request)
        number: Any = body.get("stage")
        stage = Stage.objects.filter(pk=number).first() if is_id(number) else None
        if stage is None:
            raise InvalidError({"stage": [_("There is no such stage.")]})
        seen: Any = body.get("seen")
        if seen is not None and not is_id(seen):
            raise InvalidError({"seen": [_("There is no such stage.")]})
        name = "won_reason" if stage.kind == StageKind.WON else "lost_reason"
        ending = Ending(_text(body, name) or None, _competitor(body, user))

        def move(deal: Deal, by: User, at: datetime) -> None:
            try:
                move_deal(deal=deal, stage=stage, by=by, at=at, ending=ending, seen=seen)
            except MovedMeanwhile as refusal:
                raise ProblemError(409, "in-conflict", str(refusal)) from None

        return self.act(request, pk, move)


class DealWin(DealAct):
    """Won."""

    @described(
        "Win a deal",
        takes=thing({"reason": REASON, "competitor": ID}, required=[]),
        headers=(IDEMPOTENCY,),
        answers={200: of_kind()},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        body = body_of(request) if request.data else {}
        ending = Ending(_text(body, "reason") or None, _competitor(body, user_of(request)))
        return self.act(
            request, pk, lambda deal, by, at: win_deal(deal=deal, by=by, at=at, ending=ending)
        )


class DealLose(DealAct):
    """Lost, for a reason."""

    @described(
        "Lose a deal",
        takes=thing({"reason": REASON, "competitor": ID}, required=["reason"]),
        headers=(IDEMPOTENCY,),
        answers={200: of_kind()},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        body = body_of(request)
        ending = Ending(_text(body, "reason"), _competitor(body, user_of(request)))
        return self.act(
            request, pk, lambda deal, by, at: lose_deal(deal=deal, ending=ending, by=by, at=at)
        )


class DealReopen(DealAct):
    """Open again."""

    @described("Reopen a deal", headers=(IDEMPOTENCY,), answers={200: of_kind()}, fails=WRITE_FAILS)
    @once
    def post(self, request: Request, pk: int) -> Response:
        return self.act(request, pk, lambda deal, by, at: reopen_deal(deal=deal, by=by, at=at))
