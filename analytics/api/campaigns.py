"""What campaigns changed, by program; measuring them anew, planning a test."""

from dataclasses import asdict
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.runs import started, starting
from analytics.forms.test_planner import TestPlannerForm
from analytics.models import CampaignEffect
from analytics.pages.campaign_comparison import Compared, compared
from analytics.pages.campaign_report import currency_of, sees_money
from analytics.pages.test_planner import plan_of
from analytics.queries.campaigns import KIND, compared_by
from core import permissions
from core.api.base import ApiView, user_of
from core.api.described import (
    ID,
    MAYBE_MOMENT,
    MAYBE_NUMBER,
    NUMBER,
    TEXT,
    Json,
    described,
    query,
    thing,
)
from core.api.idempotency import once
from core.api.problems import InvalidError, wrong_parameter
from core.currencies import base_currency
from core.telling.values import moment
from marketing.models import Campaign

FIGURES: Json = {"type": "object", "additionalProperties": True}
EFFECT = thing(
    {
        "campaign": ID,
        "as_of": {"type": "string", "format": "date-time"},
        "currency": TEXT,
        "verdict": {
            "enum": [
                "",
                "unhealthy",
                "no_data",
                "days_left",
                "clear_gain",
                "clear_loss",
                "no_effect",
                "look_again",
            ],
            "description": "Of the goal against those held out; empty without them.",
        },
        "lift": {
            "type": ["number", "null"],
            "description": "Difference of the shares that reached the goal.",
        },
        "funnel": FIGURES,
        "effects": {
            "type": "array",
            "items": FIGURES,
            "description": "Each outcome with its fixed and its always-valid 95 % interval.",
        },
        "variants": {"type": "array", "items": FIGURES},
        "credit": {**FIGURES, "description": "Revenue by rule of attribution."},
    }
)
SHARES = ("clicked", "replied", "converted")
SHARE: Json = {"type": ["number", "null"], "description": "Between 0 and 1."}
AMOUNT: Json = {"type": ["number", "null"], "description": "Null where it is hidden or unknown."}
SPAN: Json = {"type": "integer", "minimum": 1, "maximum": 3_650, "default": 365}
COMPARED = thing(
    {
        "campaign": ID,
        "name": {**TEXT, "description": "The number, where names are hidden."},
        "started_at": MAYBE_MOMENT,
        "sent": NUMBER,
        **dict.fromkeys(SHARES, SHARE),
        "verdict": EFFECT["properties"]["verdict"],
        "lift": EFFECT["properties"]["lift"],
        "lift_low": EFFECT["properties"]["lift"],
        "lift_high": EFFECT["properties"]["lift"],
        "brought": AMOUNT,
        "cost": AMOUNT,
        "roi": {"type": ["number", "null"], "description": "0 where it just paid for itself."},
    }
)
PERCENTAGE: Json = {"type": "number", "minimum": 0.01, "maximum": 99}
PEOPLE: Json = {"type": "integer", "minimum": 1, "maximum": 1_000_000_000}
PLAN = thing(
    {
        "people": NUMBER,
        "smaller": {**NUMBER, "description": "Of them in the smaller part."},
        "days": MAYBE_NUMBER,
        "smallest": {
            "type": ["number", "null"],
            "description": "Smallest difference of shares that the audience shows.",
        },
        "power": {"type": ["number", "null"], "description": "Chance that it shows the change."},
    }
)
SUMS = {"squares", "before", "before_squares", "products"}
MONEY = frozenset({"pipeline", "booked", "revenue", *SUMS})


class CampaignEffectView(ApiView):
    """What a campaign changed, as last measured."""

    rights = {"GET": "marketing.campaign.view"}

    @described("What a campaign changed", answers={200: EFFECT})
    def get(self, request: Request, pk: int) -> Response:
        user = user_of(request)
        seen: Any = Campaign.objects.visible_to(user).filter(pk=pk)
        effect = CampaignEffect.objects.filter(campaign__in=seen).first()
        if effect is None:
            raise Http404
        currency = currency_of(effect, permissions.access_of(user))
        return Response(_told(effect, may_see=bool(currency)))


class CampaignComparison(ApiView):
    """Campaigns beside each other, the latest first."""

    rights = {"GET": "marketing.campaign.view"}

    @described(
        "Campaigns beside each other",
        description="Those that were measured, the latest 50 at most.",
        query=[query("days", "That began within so many days.", SPAN)],
        answers={200: thing({"currency": TEXT, "results": {"type": "array", "items": COMPARED}})},
    )
    def get(self, request: Request) -> Response:
        days = request.query_params.get("days", str(SPAN["default"]))
        if not (days.isascii() and days.isdecimal() and 1 <= int(days[:6]) <= SPAN["maximum"]):
            raise wrong_parameter("days", _("A number of days from 1 to 3650."))
        user = user_of(request)
        access = permissions.access_of(user)
        currency = base_currency() if sees_money(access) else ""
        effects = compared_by(user, int(days), timezone.now())
        results = [_beside(compared(each, currency), each.verdict, access) for each in effects]
        return Response({"currency": currency, "results": results})


def _beside(row: Compared, verdict: str, access: permissions.Access) -> Json:
    ends = row.lift or {}
    sees_start = access.sees("marketing.campaign.started")
    return {
        "campaign": row.campaign.pk,
        "name": row.campaign.name_for(access),
        "started_at": moment(row.campaign.started_at) if sees_start else None,
        "verdict": verdict,
        "lift": ends.get("difference"),
        "lift_low": ends.get("lower"),
        "lift_high": ends.get("upper"),
        **{name: getattr(row, name) for name in (*SHARES, "sent", "brought", "cost", "roi")},
    }


class TestPlanner(ApiView):
    """How many people a test needs."""

    __test__ = False  # pytest would take it for tests
    rights = {"GET": "marketing.campaign.view"}

    @described(
        "How many people a test needs",
        description="For four of five such tests to come out clear, with at most one false alarm in twenty.",
        query=[
            query("usual", "Usual share in percent.", PERCENTAGE, example=5),
            query("change", "Smallest change worth having, in points.", PERCENTAGE, example=1),
            query("held_out", "Share of the smaller part in percent; 50 unless said.", PERCENTAGE),
            query("looks", "How often one looks.", {"enum": ["once", "daily"], "default": "daily"}),
            query("audience", "People that there are.", PEOPLE),
            query("per_day", "People who come each day.", PEOPLE),
        ],
        answers={200: PLAN},
    )
    def get(self, request: Request) -> Response:
        form = TestPlannerForm.filled(request.query_params.dict())
        if not form.is_valid():
            errors = {name: [str(each) for each in said] for name, said in form.errors.items()}
            raise InvalidError(errors, status=400)
        return Response(asdict(plan_of(form.cleaned_data)))


class CampaignMeasuring(ApiView):
    """Measure all campaigns that are not measured for good."""

    rights = {"POST": "marketing.campaign.edit"}

    @starting("Measure campaigns now")
    @once
    def post(self, request: Request) -> Response:
        return started(request, KIND)


def _told(effect: CampaignEffect, *, may_see: bool) -> Json:
    """Without amounts for whom they are hidden."""
    figures = effect.figures
    effects = [row for row in figures["effects"] if may_see or row["is_share"]]
    variants = [
        {**_plain(row, may_see), "effects": [e for e in row["effects"] if may_see or e["is_share"]]}
        for row in figures["variants"]
    ]
    return {
        "campaign": effect.campaign_id,
        "as_of": moment(effect.as_of),
        "currency": base_currency(),
        "verdict": effect.verdict,
        "lift": effect.lift,
        "funnel": _plain(figures["funnel"], may_see),
        "effects": effects,
        "variants": variants,
        "credit": effect.credit if may_see else {},
    }


def _plain(row: dict[str, Any], may_see: bool) -> dict[str, Any]:
    return {name: value for name, value in row.items() if may_see or name not in MONEY}
