"""What a campaign changed, by program; measuring it anew."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api.runs import started, starting
from analytics.models import CampaignEffect
from analytics.pages.campaign_report import sees_money
from analytics.queries.campaigns import KIND
from core import permissions
from core.api.base import ApiView, user_of
from core.api.described import ID, TEXT, Json, described, thing
from core.api.idempotency import once
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
        return Response(_told(effect, may_see=sees_money(permissions.access_of(user))))


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
