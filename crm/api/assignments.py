"""Rules of the assignment of leads by program: list, make, change, delete, put in order, try."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    FLAG,
    ID,
    IDEMPOTENCY,
    MAYBE_NUMBER,
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
from core.errors import Refused
from core.ids import is_id
from core.models import Team, User
from core.services.quality import viewpoint_of_all
from crm.choices import AssignmentStrategy
from crm.models import AssignmentRule, Lead
from crm.queries.assignments import TriedRule, try_rules_on
from crm.services.assignment_rules import (
    PERMISSION,
    delete_assignment_rule,
    move_assignment_rule,
    save_assignment_rule,
)

LONGEST_NAME = 120
CONDITION: Json = {
    "type": "object",
    "description": "A condition as in the body of `leads/query/`; empty: all new leads.",
}
FIELDS: Json = {
    "name": {**TEXT, "maxLength": LONGEST_NAME},
    "condition": CONDITION,
    "person": MAYBE_NUMBER,
    "team": MAYBE_NUMBER,
    "strategy": {"enum": AssignmentStrategy.values},
    "takes_by_hand": FLAG,
    "is_enabled": FLAG,
}
RULE = thing({"id": ID, **FIELDS})
TAKES_NEW = thing(FIELDS, required=["name"])
TAKES = thing(FIELDS, required=[])
TRIED = thing(
    {
        "rule": ID,
        "holds": FLAG,
        "would_go_to": MAYBE_NUMBER,
        "decides": FLAG,
    }
)
WRITE = {"headers": (IDEMPOTENCY,), "fails": WRITE_FAILS}


def _rows() -> Any:
    return AssignmentRule.objects.select_related("person", "team")


def _told(rule: AssignmentRule) -> Json:
    return {
        "id": rule.pk,
        "name": rule.name,
        "condition": rule.condition,
        "person": rule.person_id,
        "team": rule.team_id,
        "strategy": rule.strategy,
        "takes_by_hand": rule.takes_by_hand,
        "is_enabled": rule.is_enabled,
    }


class AssignmentRules(ApiView):
    """All rules, and making one."""

    rights = {"GET": PERMISSION, "POST": PERMISSION}

    @described("Rules of the assignment, in their order", answers={200: listed(RULE)})
    def get(self, _request: Request) -> Response:
        return Response({"results": [_told(rule) for rule in _rows()], "next": None})

    @described(
        "Add a rule",
        description="It is asked last. It goes to one person or one team.",
        takes=TAKES_NEW,
        answers={201: RULE},
        **WRITE,
    )
    @once
    def post(self, request: Request) -> Response:
        rule = _filled(AssignmentRule(), body_of(request))
        return Response(_told(_saved(rule, user_of(request))), status=201)


class _OfRule(ApiView):
    def rule(self, pk: int) -> AssignmentRule:
        found: AssignmentRule | None = _rows().filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class AssignmentRuleView(_OfRule):
    """One rule."""

    rights = {"GET": PERMISSION, "PATCH": PERMISSION, "DELETE": PERMISSION}

    @described("A rule of the assignment", answers={200: RULE})
    def get(self, _request: Request, pk: int) -> Response:
        return Response(_told(self.rule(pk)))

    @described(
        "Change a rule",
        description="What is left out stays.",
        takes=TAKES,
        answers={200: RULE},
        **WRITE,
    )
    @once
    def patch(self, request: Request, pk: int) -> Response:
        rule = _filled(self.rule(pk), body_of(request))
        return Response(_told(_saved(rule, user_of(request))))

    @described("Delete a rule", answers={204: None}, **WRITE)
    @once
    def delete(self, request: Request, pk: int) -> Response:
        delete_assignment_rule(rule=self.rule(pk), by=user_of(request))
        return Response(status=204)


class AssignmentRuleMove(_OfRule):
    """Its place among the others."""

    rights = {"POST": PERMISSION}

    @described(
        "Put a rule in its place",
        description="The first rule that holds and has somebody who is there decides. 0 is the first place.",
        takes=thing({"place": {"type": "integer", "minimum": 0, "maximum": 1000}}),
        answers={200: listed(RULE)},
        **WRITE,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        rule, place = self.rule(pk), body_of(request).get("place")
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place <= 1000:
            raise InvalidError({"place": [_("Give a place: 0 is the first.")]})
        here = list(_rows().values_list("pk", flat=True)).index(rule.pk)
        move_assignment_rule(rule=rule, steps=place - here, by=user_of(request))
        return Response({"results": [_told(each) for each in _rows()], "next": None})


class AssignmentTry(ApiView):
    """What the rules would do with a lead."""

    rights = {"POST": PERMISSION}

    @described(
        "Try the rules on a lead",
        description="Nothing is changed. It takes a lead that the caller sees.",
        takes=thing({"lead": ID}),
        answers={200: listed(TRIED)},
        fails=WRITE_FAILS,
    )
    def post(self, request: Request) -> Response:
        user, number = user_of(request), body_of(request).get("lead")
        rows = Lead.objects.visible_to(user)
        lead = rows.filter(pk=number).first() if is_id(number) else None
        if lead is None:
            raise InvalidError({"lead": [_("There is no such record, or you may not see it.")]})
        view = Viewpoint(user, timezone.localtime())
        tried = try_rules_on(lead, view, viewpoint_of_all(view.now))
        return Response({"results": [_tried(each) for each in tried], "next": None})


def _tried(each: TriedRule) -> Json:
    return {
        "rule": each.shown.rule.pk,
        "holds": each.holds,
        "would_go_to": each.chosen.pk if each.chosen is not None else None,
        "decides": each.decides,
    }


def _saved(rule: AssignmentRule, by: User) -> AssignmentRule:
    try:
        return save_assignment_rule(rule=rule, by=by, at=timezone.now())
    except Refused as refusal:
        raise InvalidError({"rule": [str(refusal)]}) from refusal


def _filled(rule: AssignmentRule, body: Json) -> AssignmentRule:
    """The rule with what the body says; the service checks what it means."""
    if unknown := set(body) - set(FIELDS):
        raise InvalidError({min(unknown): [_("There is no such field.")]})
    for name, value in body.items():
        setattr(rule, name, _value(name, value))
    return rule


def _value(name: str, value: Any) -> Any:
    """What the body says of a field of a rule."""
    if name == "name":
        return _name(value)
    if name == "person":
        return _target(value, name, User.objects.filter(is_active=True))
    if name == "team":
        return _target(value, name, Team.objects.all())
    is_right, sentence = RIGHT.get(name, (_is_flag, _("Give true or false.")))
    if not is_right(value):
        raise InvalidError({name: [str(sentence)]})
    return value


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


RIGHT: dict[str, tuple[Callable[[Any], bool], Any]] = {
    "condition": (
        lambda value: isinstance(value, dict),
        gettext_lazy("Give a condition as an object."),
    ),
    "strategy": (
        lambda value: value in AssignmentStrategy.values,
        gettext_lazy("Choose one of the ways in the list."),
    ),
}


def _name(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_NAME or "\0" in value:
        raise InvalidError({"name": [_("Give the rule a name.")]})
    return value


def _target(value: Any, name: str, rows: Any) -> Any:
    if value is None:
        return None
    found = rows.filter(pk=value).first() if is_id(value) else None
    if found is None:
        raise InvalidError({name: [_("Choose a person or a team.")]})
    return found
