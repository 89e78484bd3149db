"""The quarter by program: what it will bring, who called it, quotas."""

from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.models import QuarterForecast, Submission
from analytics.models.quarters import Quarter
from analytics.queries.quarter_calls import quotas_of
from analytics.queries.quarter_people import VIEW, Reached, reached_by, sellers
from analytics.services.quarter_calls import MANAGE, SUBMIT, set_quotas, submit_call
from core import permissions
from core.api import lists
from core.api.base import ApiView, body_of, user_of
from core.api.described import (
    ID,
    IDEMPOTENCY,
    TEXT,
    WRITE_FAILS,
    Json,
    described,
    listed,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError, ProblemError
from core.currencies import base_currency
from core.models import Team
from core.telling.values import moment

SEE = "analytics.quarter.view"
FIGURE: Json = {"type": "number"}
AMOUNT: Json = {"type": "string", "description": "In the base currency."}
MAYBE_AMOUNT: Json = {"type": ["string", "null"], "description": "In the base currency."}
FORECAST = thing(
    {
        "quarter": TEXT,
        "scope": {**TEXT, "description": "all, team:3 (with the teams below it) or owner:5."},
        "currency": TEXT,
        "as_of": {"type": "string", "format": "date-time"},
        "won": FIGURE,
        "likely": FIGURE,
        "low_80": FIGURE,
        "high_80": FIGURE,
        "low_50": FIGURE,
        "high_50": FIGURE,
        "parts": {
            "type": "object",
            "properties": dict.fromkeys(("open", "renewals", "late", "slips"), FIGURE),
        },
    }
)
CALL = thing(
    {
        "id": ID,
        "user": ID,
        "amount": AMOUNT,
        "closed": AMOUNT,
        "commit": AMOUNT,
        "best_case": AMOUNT,
        "pipeline": AMOUNT,
        "note": TEXT,
        "at": {"type": "string", "format": "date-time"},
    }
)
QUOTA = thing(
    {"user": {"type": ["integer", "null"]}, "team": {"type": ["integer", "null"]}, "amount": AMOUNT}
)
GIVEN_QUOTA = thing(
    {
        "user": {"type": ["integer", "null"]},
        "team": {"type": ["integer", "null"]},
        "amount": MAYBE_AMOUNT,
    },
    required=["amount"],
)
PARTS = ("open", "renewals", "late", "slips")
MOST = 500


class QuarterView(ApiView):
    """One quarter, named as 2026-Q4."""

    def asked(self, request: Request, quarter: str) -> tuple[Quarter, Reached]:
        found = Quarter.read(quarter)
        if found is None:
            raise Http404
        user = user_of(request)
        permissions.require(user, VIEW)
        reached = reached_by(user)
        if reached is None:
            raise ProblemError(
                403, "not-allowed", _("Your role does not see what deals are worth.")
            )
        return found, reached


class QuarterOutlook(QuarterView):
    """What the quarter will bring, within your reach."""

    rights = {"GET": SEE}

    @described(
        "What a quarter will bring",
        description="The newest forecast by open deals, of all you may see: everybody's, your team's or your own.",
        answers={200: FORECAST},
    )
    def get(self, request: Request, quarter: str) -> Response:
        which, reached = self.asked(request, quarter)
        rows = QuarterForecast.objects.filter(quarter=which.first, scope=reached.scope)
        row = rows.order_by("-day").first()
        if row is None:
            raise Http404
        return Response(
            {
                "quarter": which.key,
                "scope": row.scope,
                "currency": base_currency(),
                "as_of": moment(row.as_of),
                "won": row.won,
                "likely": row.likely,
                "low_80": row.quantiles[10],
                "high_80": row.quantiles[90],
                "low_50": row.quantiles[25],
                "high_50": row.quantiles[75],
                "parts": {name: row.parts[name] for name in PARTS},
            }
        )


class QuarterCalls(QuarterView):
    """The calls of the people within your reach; your own is submitted here."""

    rights = {"GET": SEE, "POST": SUBMIT}

    @described("Calls of a quarter", query=lists.PAGING, answers={200: listed(CALL)})
    def get(self, request: Request, quarter: str) -> Response:
        which, reached = self.asked(request, quarter)
        people = [one.pk for one in sellers(reached)]
        rows: Any = Submission.objects.filter(quarter=which.first)
        if reached.teams is not None:
            rows = rows.filter(user__in=people)
        return lists.answer(request, rows, _call, newest_first=True)

    @described(
        "Call a quarter",
        description="Your own call of what you will bring in the whole quarter; earlier ones stay.",
        takes=thing({"amount": AMOUNT, "note": TEXT}, required=["amount"]),
        headers=(IDEMPOTENCY,),
        answers={201: CALL},
        fails=WRITE_FAILS,
    )
    @once
    def post(self, request: Request, quarter: str) -> Response:
        which, reached = self.asked(request, quarter)
        body = body_of(request)
        _only(body, {"amount", "note"})
        note = body.get("note", "")
        if not isinstance(note, str):
            raise InvalidError({"note": [_("This is not a value for this field.")]})
        amount = _amount(body.get("amount"))
        if amount is None:
            raise InvalidError({"amount": [_("This field is required.")]})
        call = submit_call(
            quarter=which, amount=amount, note=note, by=reached.user, at=timezone.now()
        )
        return Response(_call(call), status=201)


class QuarterQuotas(QuarterView):
    """Quotas of people and teams."""

    rights = {"GET": SEE, "PATCH": MANAGE}

    @described("Quotas of a quarter", answers={200: listed(QUOTA)})
    def get(self, request: Request, quarter: str) -> Response:
        which, reached = self.asked(request, quarter)
        return Response({"results": _quotas(which, reached), "next": None})

    @described(
        "Set quotas",
        description="Each entry names a user or a team; an amount of null takes the quota away. Others stay.",
        takes=thing({"quotas": {"type": "array", "items": GIVEN_QUOTA, "maxItems": MOST}}),
        answers={200: listed(QUOTA)},
        fails=WRITE_FAILS,
    )
    def patch(self, request: Request, quarter: str) -> Response:
        which, reached = self.asked(request, quarter)
        body = body_of(request)
        _only(body, {"quotas"})
        given = body.get("quotas")
        if not isinstance(given, list) or len(given) > MOST:
            raise InvalidError({"quotas": [_("This is not a value for this field.")]})
        people, teams = _given_quotas(given, reached)
        set_quotas(quarter=which, people=people, teams=teams, by=reached.user)
        return Response({"results": _quotas(which, reached), "next": None})


def _call(call: Submission) -> Json:
    return {
        "id": call.pk,
        "user": call.user_id,
        **{
            name: f"{getattr(call, name):.2f}"
            for name in ("amount", "closed", "commit", "best_case", "pipeline")
        },
        "note": call.note,
        "at": moment(call.at),
    }


def _quotas(quarter: Quarter, reached: Reached) -> list[Json]:
    stored = quotas_of(quarter)
    people = {one.pk for one in sellers(reached)}
    told = [
        {"user": pk, "team": None, "amount": f"{amount:.2f}"}
        for pk, amount in stored.people.items()
        if reached.teams is None or pk in people
    ]
    return told + [
        {"user": None, "team": pk, "amount": f"{amount:.2f}"}
        for pk, amount in stored.teams.items()
        if reached.teams is None or pk in reached.teams
    ]


def _given_quotas(
    given: list[Any], reached: Reached
) -> tuple[dict[int, Decimal | None], dict[int, Decimal | None]]:
    """Quotas of people and of teams; nobody out of reach is there."""
    people = {one.pk for one in sellers(reached)}
    teams = set(Team.objects.values_list("pk", flat=True))
    if reached.teams is not None:
        teams &= reached.teams
    found: tuple[dict[int, Decimal | None], dict[int, Decimal | None]] = ({}, {})
    for one in given:
        if not isinstance(one, dict):
            raise InvalidError({"quotas": [_("This is not a value for this field.")]})
        _only(one, {"user", "team", "amount"})
        user, team = one.get("user"), one.get("team")
        if (user is None) == (team is None):
            raise InvalidError({"quotas": [_("Each entry names a user or a team.")]})
        number, known, into = (user, people, 0) if team is None else (team, teams, 1)
        if type(number) is not int or number not in known:
            raise InvalidError({"quotas": [_("There is no such user or team with deals.")]})
        found[into][number] = _amount(one.get("amount"))
    return found


def _amount(value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidError({"amount": [_("This is not a value for this field.")]})
    try:
        amount = Decimal(str(value))
    except ArithmeticError:
        raise InvalidError({"amount": [_("This is not a value for this field.")]}) from None
    if not amount.is_finite():
        raise InvalidError({"amount": [_("This is not a value for this field.")]})
    return amount


def _only(body: Json, names: set[str]) -> None:
    for name in body:
        if name not in names:
            raise InvalidError({name: [_("There is no such field.")]})
