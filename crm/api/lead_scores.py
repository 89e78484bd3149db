"""The score of a lead: what the model says and why, and what a person set instead."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from core import permissions
from core.api.base import body_of, user_of
from core.api.described import (
    IDEMPOTENCY,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    MAYBE_TEXT,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError, ProblemError
from core.api.records import RecordsView
from core.models import User
from core.telling.values import moment
from crm.choices import Grade, middle_of
from crm.models import Lead, LeadScore
from crm.queries.scores import Reasons, score_row
from crm.services.score_overrides import HIGHEST, LONGEST_REASON, release_score, set_score

MAYBE_SHARE: Json = {"type": ["number", "null"], "minimum": 0, "maximum": 1}
MAYBE_GRADE: Json = {"enum": [*Grade.values, None]}
POINTS: Json = {"type": "number", "description": "Score points from the average lead."}
REASON = thing({"field": TEXT, "label": TEXT, "value": {}, "points": POINTS})
BY_HAND = thing(
    {
        "score": {"type": "integer", "minimum": 0, "maximum": HIGHEST},
        "grade": {"enum": Grade.values},
        "reason": TEXT,
        "by": MAYBE_TEXT,
        "at": MAYBE_MOMENT,
    }
)
SCORE = thing(
    {
        "score": {
            **MAYBE_NUMBER,
            "description": "What counts: what a person set, else what the model says.",
        },
        "grade": MAYBE_GRADE,
        "model_score": MAYBE_NUMBER,
        "model_grade": MAYBE_GRADE,
        "chance": MAYBE_SHARE,
        "low": MAYBE_SHARE,
        "high": MAYBE_SHARE,
        "base_rate": MAYBE_SHARE,
        "average_score": {"type": ["number", "null"]},
        "reasons": {"type": "array", "items": REASON},
        "rest_points": POINTS,
        "version": MAYBE_NUMBER,
        "as_of": MAYBE_MOMENT,
        "by_hand": {"anyOf": [BY_HAND, {"type": "null"}]},
    }
)
SET = thing(
    {
        "score": {"type": "integer", "minimum": 0, "maximum": HIGHEST},
        "grade": {
            "enum": Grade.values,
            "description": "Instead of a score: the middle of the grade.",
        },
        "reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
    },
    required=["reason"],
)


class ScoreAnswer(RecordsView):
    """The lead whose score is asked for, and what is told of it."""

    def lead(self, user: User, pk: int, action: str = "view") -> Lead:
        access = permissions.access_of(user)
        may = access.sees if action == "view" else access.edits
        if not may("crm.lead.score"):
            sentence = _("Your role may not see or change the score of leads.")
            raise ProblemError(403, "not-allowed", sentence)
        rows: Any = Lead.objects.visible_to(user, action).select_related("hand_by")
        found: Lead | None = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def told(self, user: User, pk: int) -> Response:
        lead = self.lead(user, pk)
        return Response(_told(lead, score_row(lead), user))


class LeadScoreView(ScoreAnswer):
    """The score of one lead."""

    actions = {"GET": "view"}

    @described(
        "Score of a lead",
        description="Fields that you may not see are no reasons; their points are among the rest.",
        answers={200: SCORE},
    )
    def get(self, request: Request, pk: int) -> Response:
        return self.told(user_of(request), pk)


class LeadScoreSet(ScoreAnswer):
    """A person's score."""

    actions = {"POST": "edit"}

    @described(
        "Set the score of a lead by hand",
        description="It counts until it is released; the model's score goes on being computed beside it.",
        takes=SET,
        headers=(IDEMPOTENCY,),
        answers={200: SCORE},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user, body = user_of(request), body_of(request)
        lead = self.lead(user, pk, "edit")
        set_score(
            lead=lead,
            score=_score_in(body),
            reason=_reason_in(body),
            by=user,
            at=timezone.now(),
            seen=lead.hand_at,
        )
        return self.told(user, pk)


class LeadScoreRelease(ScoreAnswer):
    """Back to the model."""

    actions = {"POST": "edit"}

    @described(
        "Give the score of a lead back to the model",
        headers=(IDEMPOTENCY,),
        answers={200: SCORE},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        release_score(lead=self.lead(user, pk, "edit"), by=user, at=timezone.now())
        return self.told(user, pk)


def _score_in(body: Json) -> int:
    score, grade = body.get("score"), body.get("grade")
    if (score is None) == (grade is None):
        raise InvalidError({"score": [_("Give a score or a grade.")]})
    if grade is not None:
        if grade not in Grade.values:
            raise InvalidError({"grade": [_("A grade is A, B, C or D.")]})
        return middle_of(Grade(grade))
    if isinstance(score, bool) or not isinstance(score, int) or not 0 <= score <= HIGHEST:
        raise InvalidError({"score": [_("A score is a whole number from 0 to 100.")]})
    return score


def _reason_in(body: Json) -> str:
    reason = body.get("reason")
    if not isinstance(reason, str) or not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidError({"reason": [_("Say in up to 300 characters why: others will read it.")]})
    return reason


def _told(lead: Lead, row: LeadScore | None, user: User) -> Json:
    row = row or LeadScore()
    version, seen = row.version, Reasons(user, timezone.localtime()).seen(lead, row)
    is_scored = row.score is not None
    return {
        "score": row.counted_score if row.pk else None,
        "grade": (row.counted_grade or None) if row.pk else None,
        "model_score": row.score,
        "model_grade": row.grade or None,
        "chance": row.probability,
        "low": row.low,
        "high": row.high,
        "base_rate": version.metrics.get("base_rate") if version else None,
        "average_score": row.average_score if is_scored else None,
        "reasons": [
            {name: reason.get(name) for name in ("field", "label", "value", "points")}
            for reason in seen.reasons
        ],
        "rest_points": seen.rest,
        "version": version.number if version else None,
        "as_of": moment(row.as_of) if row.as_of else None,
        "by_hand": _by_hand(lead, row),
    }


def _by_hand(lead: Lead, row: LeadScore) -> Json | None:
    if lead.hand_score is None:
        return None
    return {
        "score": lead.hand_score,
        "grade": row.hand_grade,
        "reason": lead.hand_reason,
        "by": lead.hand_by.display_name if lead.hand_by else None,
        "at": moment(lead.hand_at) if lead.hand_at else None,
    }
