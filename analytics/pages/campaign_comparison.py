"""Campaigns beside each other: reach, effect, what they brought and cost, who is credited with purchases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.models import CampaignEffect
from analytics.pages.campaign_report import base_cost, roi, sees_money
from analytics.pages.campaign_uplift import uplift_card
from analytics.pages.campaign_words import (
    bare_points,
    digits_for,
    interval_text,
    pill_of,
    shown_ends,
)
from analytics.queries.campaigns import COMPARED, KIND, compared_by, delivered, may_measure
from core import permissions
from core.currencies import base_currency
from core.models import JobRun, User
from core.phrases import money_short, number, percent

SPANS = (90, 365, 1_095)
RULES = ("last_touch", "linear", "time_decay", "removal")


def comparison_context(user: User, query: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """Everything that stands on the page."""
    access = permissions.access_of(user)
    days = next((span for span in SPANS if str(span) == query.get("days")), SPANS[1])
    effects = compared_by(user, days, at)
    currency = base_currency() if sees_money(access) else ""
    return {
        "spans": [
            {
                "label": _span_text(span),
                "url": f"{reverse('campaign_comparison')}?days={span}",
                "is_current": span == days,
            }
            for span in SPANS
        ],
        "rows": [_row(effect, currency) for effect in effects],
        "is_cut": len(effects) == COMPARED,
        "most": COMPARED,
        "currency": currency,
        "credited": _credited(effects, currency),
        "uplift": uplift_card() if access.may("crm.contact.view") else None,
        "kind": KIND,
        "last_run": JobRun.objects.filter(kind=KIND).order_by("-pk").first(),
        "may_run": may_measure(user),
        "may_see_jobs": access.may("core.job.view"),
    }


def _span_text(days: int) -> str:
    return {90: _("90 days"), 365: _("12 months"), 1_095: _("3 years")}[days]


def _row(effect: CampaignEffect, currency: str) -> dict[str, Any]:
    campaign, figures = effect.campaign, effect.figures
    funnel, extra = figures["funnel"], figures["extra"]
    goal = next((row for row in figures["effects"] if row["outcome"] == "converted"), None)
    cost = base_cost(campaign, currency) if currency else None
    # Where nobody brought anything, with the campaign or without, revenue is not what it was for.
    has_revenue = funnel["revenue"] or (extra and extra["revenue"])
    brought = extra["revenue"] if extra and has_revenue else None
    told = goal if goal is not None and "difference" in goal else None
    return {
        "campaign": campaign,
        "sent": number(funnel["sent"]),
        "clicked": _share(funnel["clicked"], delivered(funnel)),
        "replied": _share(funnel["replied"], delivered(funnel)),
        "converted": _share(funnel["converted"], funnel["people"]),
        "pill": pill_of(goal) if goal else None,
        "lift": bare_points(told["difference"], digits_for(told["difference"])) if told else "",
        "range": interval_text(shown_ends(told), currency, is_share=True) if told else "",
        "brought": money_short(brought, currency) if brought is not None and currency else "–",
        "cost": money_short(cost, currency) if cost is not None else "–",
        "roi": percent(roi(brought, cost)) if cost and brought is not None else "–",
    }


def _share(part: float, whole: float) -> str:
    return percent(part / whole, 1) if whole else "–"


def _credited(effects: Sequence[CampaignEffect], currency: str) -> list[dict[str, Any]]:
    """Campaigns that are credited with anything, the most by removal first."""
    if not currency:
        return []
    rows = [effect for effect in effects if any(effect.credit.get(rule) for rule in RULES)]
    rows.sort(key=lambda effect: -effect.credit["removal"])
    return [
        {
            "campaign": effect.campaign,
            "amounts": [money_short(effect.credit[rule], currency) for rule in RULES],
        }
        for effect in rows
    ]
