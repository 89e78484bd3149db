"""The lifecycle by program: the policy, stages, the next action of a contact and answers to it."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.choices import Answer
from analytics.models import SuggestionAnswer
from analytics.queries.lifecycle import Policy, Weighed, policy
from analytics.queries.suggestions import offered_for
from analytics.services.life_stages import PERMISSION as MANAGE
from analytics.services.life_stages import delete_life_stage, save_life_stage
from analytics.services.suggestions import PERMISSION, Asked, accept, refuse, snooze, undo_answer
from core import permissions
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
from core.api.idempotency import HEADER, once
from core.api.problems import InvalidError, ProblemError
from core.telling.values import moment
from crm.choices import LifeAction, LifeRole, LifeTone
from crm.models import Contact, LifeStage
from crm.record_types.lifecycle import SCORE, STAGE

VIEW = "analytics.lifecycle.view"
ACTION: Json = {"enum": LifeAction.values}
SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
AMOUNT: Json = {"type": "number", "description": "In the base currency."}
MAYBE_AMOUNT: Json = {
    "type": ["number", "null"],
    "description": f"{AMOUNT['description']} Null where it is hidden.",
}
WEIGHED = thing(
    {
        "action": ACTION,
        "gain": AMOUNT,
        "low": AMOUNT,
        "high": AMOUNT,
        "sure": {**SHARE, "description": "Chance that it gains anything over doing nothing."},
        "trials": NUMBER,
    }
)
POLICY_STAGE = thing(
    {
        "stage": ID,
        "name": TEXT,
        "contacts": NUMBER,
        "value": MAYBE_AMOUNT,
        "median_days": MAYBE_NUMBER,
        "long_days": {**MAYBE_NUMBER, "description": "After so many days 90 % have left."},
        "best": {"enum": [*LifeAction.values, None]},
        "actions": {"type": "array", "items": WEIGHED},
        "counts": {
            "type": "array",
            "items": NUMBER,
            "description": "Months that led to each stage.",
        },
    }
)
NEXT = thing(
    {
        "stage": {"type": ["integer", "null"]},
        "since": MAYBE_MOMENT,
        "score": {"type": ["number", "null"], "description": "In the base currency."},
        "best": {"anyOf": [WEIGHED, {"type": "null"}]},
        "actions": {"type": "array", "items": WEIGHED},
    }
)
GIVEN_STAGE: Json = {
    "names": {"type": "object", "description": "By language, such as en."},
    "role": {"enum": LifeRole.values},
    "tone": {"enum": LifeTone.values},
    "condition": {"type": "object", "description": "As conditions of saved views are written."},
    "margin": {"type": "number", "minimum": 0, "maximum": 100},
    "cost": {"type": "number", "minimum": 0},
    "is_enabled": FLAG,
}
STAGE_TOLD = thing({"id": ID, **GIVEN_STAGE, "position": NUMBER})
ANSWER = thing(
    {
        "id": ID,
        "answer": {"enum": Answer.values},
        "action": ACTION,
        "until": MAYBE_TEXT,
        "reason": TEXT,
        "activity": {"type": ["integer", "null"]},
    }
)
ANSWERING = thing(
    {
        "answer": {"enum": Answer.values},
        "action": ACTION,
        "until": {**MAYBE_TEXT, "description": "The day on which it is suggested again."},
        "reason": MAYBE_TEXT,
    },
    required=["answer", "action"],
)


def _weighed(each: Weighed) -> Json:
    return {
        name: getattr(each, name) for name in ("action", "gain", "low", "high", "sure", "trials")
    }


class LifecyclePolicy(ApiView):
    """What serves now."""

    rights = {"GET": VIEW}

    @described(
        "Stages of the lifecycle with moves and the best action",
        answers={200: listed(POLICY_STAGE)},
    )
    def get(self, request: Request) -> Response:
        found = policy()
        if found is None:
            return Response({"results": [], "next": None})
        sees_score = permissions.access_of(user_of(request)).sees(f"crm.contact.{SCORE}")
        places = range(len(found.stages))
        stages = [_stage_said(found, place, sees_score=sees_score) for place in places]
        return Response({"results": stages, "next": None})


def _stage_said(found: Policy, place: int, *, sees_score: bool) -> Json:
    """Without amounts, and what follows from them, for whom the score of contacts is hidden."""
    told, pk = found.told, found.stages[place]
    best = found.best_of(pk) if sees_score else None
    return {
        "stage": pk,
        "name": LifeStage(pk=pk, names=told["stages"][place]["names"]).name,
        "contacts": told["present"][place],
        "value": best.value if best else None,
        "median_days": told["days"][place][0],
        "long_days": told["days"][place][1],
        "best": best.action if best else str(LifeAction.NONE) if sees_score else None,
        "actions": [_weighed(each) for each in found.weighed_of(pk)] if sees_score else [],
        "counts": told["counts"][place],
    }


class LifeStages(ApiView):
    """The stages in their order."""

    rights = {"GET": MANAGE, "POST": MANAGE}

    @described("Stages of the lifecycle and what they ask", answers={200: listed(STAGE_TOLD)})
    def get(self, request: Request) -> Response:
        return Response(
            {"results": [_told(each) for each in LifeStage.objects.all()], "next": None}
        )

    @described(
        "Add a stage",
        takes=thing(GIVEN_STAGE, required=["names"]),
        headers=(IDEMPOTENCY,),
        answers={201: STAGE_TOLD},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        stage = _filled(LifeStage(), body_of(request))
        saved = save_life_stage(stage=stage, by=user_of(request), at=timezone.now())
        return Response(_told(saved), status=201)


class LifeStageDetail(ApiView):
    """One stage."""

    rights = {"GET": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}

    @staticmethod
    def _stage(pk: int) -> LifeStage:
        found: LifeStage | None = LifeStage.objects.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    @described("A stage of the lifecycle", answers={200: STAGE_TOLD})
    def get(self, request: Request, pk: int) -> Response:
        return Response(_told(self._stage(pk)))

    @described(
        "Change a stage",
        takes=thing(GIVEN_STAGE, required=[]),
        answers={200: STAGE_TOLD},
        fails=WRITE_FAILS,
    )
    def patch(self, request: Request, pk: int) -> Response:
        stage = _filled(self._stage(pk), body_of(request))
        return Response(_told(save_life_stage(stage=stage, by=user_of(request), at=timezone.now())))

    @described("Delete a stage", answers={204: None}, fails=WRITE_FAILS)
    def delete(self, request: Request, pk: int) -> Response:
        delete_life_stage(stage=self._stage(pk), by=user_of(request), at=timezone.now())
        return Response(status=204)


def _told(stage: LifeStage) -> Json:
    told = {name: getattr(stage, name) for name in GIVEN_STAGE}
    told |= {"margin": float(stage.margin), "cost": float(stage.cost)}
    return {"id": stage.pk, **told, "position": stage.position}


CHOICES = {"role": LifeRole.values, "tone": LifeTone.values}
TYPES: dict[str, Any] = {"names": dict, "condition": dict, "is_enabled": bool}


def _filled(stage: LifeStage, body: Json) -> LifeStage:
    """The stage with what the body gives; refuses what is unknown or of another type."""
    for name, value in body.items():
        if name not in GIVEN_STAGE:
            raise InvalidError({name: [_("There is no such field.")]})
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        fits = (
            value in CHOICES[name]
            if name in CHOICES
            else isinstance(value, TYPES[name])
            if name in TYPES
            else is_number
        )
        if not fits:
            raise InvalidError({name: [_("This is not a value for this field.")]})
        setattr(stage, name, value)
    return stage


class ContactNext(ApiView):
    """The next action of a contact, and answers to it."""

    rights = {"GET": "crm.contact.view", "POST": PERMISSION}

    @described("Lifecycle and next action of a contact", answers={200: NEXT})
    def get(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        contact = _contact(user, pk)
        access = permissions.access_of(user)
        found = offered_for(contact)
        sees_stage, sees_score = (access.sees(f"crm.contact.{name}") for name in (STAGE, SCORE))
        life = found["life"] if found else None
        is_told = found is not None and sees_score
        return Response(
            {
                "stage": life.stage_id if life and sees_stage else None,
                "since": moment(life.since) if life and sees_stage else None,
                "score": float(life.score)
                if life and life.score is not None and sees_score
                else None,
                "best": _weighed(found["best"]) if is_told and found and found["best"] else None,
                "actions": [_weighed(each) for each in found["weighed"]]
                if is_told and found
                else [],
            }
        )

    @described(
        "Answer a suggestion",
        description="Accepting plans the activity; `until` belongs to snoozed, `reason` to refused.",
        takes=ANSWERING,
        headers=(IDEMPOTENCY,),
        answers={201: ANSWER},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user, body = user_of(request), body_of(request)
        answer = body.get("answer")
        if not permissions.access_of(user).sees(f"crm.contact.{SCORE}"):
            raise ProblemError(403, "not-allowed", _("Your role may not see suggestions."))
        key = request.headers.get(HEADER) or uuid4().hex
        contact = _contact(user, pk)
        asked = Asked(
            contact, str(body.get("action", "")), user, timezone.now(), f"{user.pk}:{key}"[:64]
        )
        if answer == Answer.ACCEPTED:
            stored = accept(asked)
        elif answer == Answer.SNOOZED:
            stored = snooze(asked, until=_day(body.get("until")))
        elif answer == Answer.REFUSED:
            stored = refuse(asked, reason=str(body.get("reason") or ""))
        else:
            raise InvalidError(
                {"answer": [_("Choose one of: %(names)s.") % {"names": ", ".join(Answer.values)}]}
            )
        return Response(_answer(stored), status=201)


class AnswerUndo(ApiView):
    """Back."""

    rights = {"POST": PERMISSION}

    @described(
        "Take back an answer of one's own",
        headers=(IDEMPOTENCY,),
        answers={204: None},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        own = SuggestionAnswer.objects.filter(by=user, pk=pk).select_related("activity").first()
        if own is None:
            raise Http404
        undo_answer(answer=own, by=user, at=timezone.now())
        return Response(status=204)


def _contact(user: Any, pk: int) -> Contact:
    found: Contact | None = Contact.objects.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise InvalidError({"until": [_("Give a day as 2026-11-22.")]}) from None


def _answer(stored: SuggestionAnswer) -> Json:
    return {
        "id": stored.pk,
        "answer": stored.answer,
        "action": stored.action,
        "until": stored.until.isoformat() if stored.until else None,
        "reason": stored.reason,
        "activity": stored.activity_id,
    }
