"""Points rules of the lead score: read, written and deleted by program."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.choices import RuleGroup
from analytics.models import PointsRule
from analytics.models.points_rules import LEAD
from analytics.queries.points_rules import rules_of_leads, said_of
from analytics.services.points_rules import PERMISSION, delete_rule, save_rule
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
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
from core.api.idempotency import once
from core.api.problems import InvalidError
from core.conditions import Viewpoint

VIEW = "analytics.lead_score.view"
CONDITION: Json = {"type": "object", "description": "As conditions of saved views are written."}
GIVEN: Json = {
    "name": TEXT,
    "group": {"enum": RuleGroup.values},
    "points": NUMBER,
    "condition": CONDITION,
    "behaviour": {**TEXT, "description": "Such as interaction; empty for a rule with a condition."},
    "kinds": {"type": "array", "items": TEXT},
    "days": MAYBE_NUMBER,
    "half_life": MAYBE_NUMBER,
    "most_times": MAYBE_NUMBER,
    "most_points": MAYBE_NUMBER,
    "is_enabled": FLAG,
}
RULE = thing(
    {
        "id": ID,
        **GIVEN,
        "says": {**MAYBE_TEXT, "description": "In words; null when you may not read the rule."},
    }
)
INPUT = thing(GIVEN, required=[])
WHOLE = ("points", "days", "half_life", "most_times", "most_points")
MAY_BE_EMPTY = frozenset(WHOLE[1:])
TYPES: dict[str, type] = {"name": str, "behaviour": str, "condition": dict, "is_enabled": bool}
LARGEST = 32_767


def _view(request: Request) -> Viewpoint:
    return Viewpoint(user_of(request), timezone.localtime())


def _told(rule: PointsRule, view: Viewpoint) -> Json:
    """The rule as far as it may be read."""
    said = said_of(rule, view)
    told: Json = {"id": rule.pk, **{name: getattr(rule, name) for name in GIVEN}}
    if said.refusal:
        return {**told, "name": "", "condition": {}, "says": None}
    return {**told, "says": str(said)}


def _given(body: Json) -> Json:
    """The values of a body; refuses what is unknown or of another type."""
    for name, value in body.items():
        if name not in GIVEN:
            raise InvalidError({name: [_("There is no such field.")]})
        if not _fits(name, value):
            raise InvalidError({name: [_("This is not a value for this field.")]})
    return body


def _fits(name: str, value: Any) -> bool:
    if name in WHOLE:
        is_empty = value is None and name in MAY_BE_EMPTY
        return is_empty or (type(value) is int and abs(value) <= LARGEST)
    if name == "group":
        return value in RuleGroup.values
    if name == "kinds":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, TYPES[name])


class PointsRules(ApiView):
    """The rules, fit before engagement."""

    rights = {"GET": VIEW, "POST": PERMISSION}

    @described("Points rules of the lead score", answers={200: listed(RULE)})
    def get(self, request: Request) -> Response:
        view = _view(request)
        rules = [_told(rule, view) for rule in rules_of_leads()]
        return Response({"results": rules, "next": None})

    @described(
        "Add a points rule",
        description="A rule with a `condition` gives its points once, one with a `behaviour` each time.",
        takes=INPUT,
        headers=(IDEMPOTENCY,),
        answers={201: RULE},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request) -> Response:
        view, given = _view(request), _given(body_of(request))
        missing = [name for name in ("group", "points") if name not in given]
        if missing:
            raise InvalidError({name: [_("This field is required.")] for name in missing})
        rule = save_rule(rule=PointsRule(**given), by=view.user, at=view.now)
        return Response(_told(rule, view), status=201)


class PointsRuleDetail(ApiView):
    """One rule."""

    rights = {"GET": VIEW, "PATCH": PERMISSION, "DELETE": PERMISSION}

    @staticmethod
    def _rule(pk: int) -> PointsRule:
        rule = PointsRule.objects.filter(book__object_type=LEAD, pk=pk).first()
        if rule is None:
            raise Http404
        return rule

    @described("A points rule", answers={200: RULE})
    def get(self, request: Request, pk: int) -> Response:
        return Response(_told(self._rule(pk), _view(request)))

    @described("Change a points rule", takes=INPUT, answers={200: RULE}, fails=WRITE_FAILS)
    def patch(self, request: Request, pk: int) -> Response:
        """Only what is given changes."""
        rule, view = self._rule(pk), _view(request)
        for name, value in _given(body_of(request)).items():
            setattr(rule, name, value)
        return Response(_told(save_rule(rule=rule, by=view.user, at=view.now), view))

    @described("Delete a points rule", answers={204: None}, fails=WRITE_FAILS)
    def delete(self, request: Request, pk: int) -> Response:
        view = _view(request)
        delete_rule(rule=self._rule(pk), by=view.user, at=view.now)
        return Response(status=204)
