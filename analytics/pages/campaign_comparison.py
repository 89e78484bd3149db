"""Campaigns beside each other: reach, effect, what they brought and cost, who is credited with purchases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    has_width,
    interval_text,
    pill_of,
    shown_ends,
)
from analytics.queries.campaigns import COMPARED, KIND, compared_by, delivered, may_measure
from core import permissions
from core.currencies import base_currency
from core.models import JobRun, User
from core.phrases import money_short, number, percent
from marketing.models import Campaign

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


@dataclass(frozen=True)
class Compared:
    """What one campaign reached, changed, brought and cost; None where that is not known or hidden."""

    campaign: Campaign
    sent: int
    clicked: float | None  # shares of what was delivered
    replied: float | None
    converted: float | None  # share of the people
    goal: dict[str, Any] | None  # the effect on the goal, with its verdict
    brought: float | None  # in the base currency
    cost: float | None

    @property
    def lift(self) -> dict[str, Any] | None:
        """The difference with the interval that holds now; None where too few did it."""
        if self.goal is None or "difference" not in self.goal or not has_width(self.goal):
            return None
        return shown_ends(self.goal)

    @property
    def roi(self) -> float | None:
        return roi(self.brought, self.cost) if self.cost and self.brought is not None else None


def compared(effect: CampaignEffect, currency: str) -> Compared:
    """One campaign beside others; without a currency no amounts."""
    campaign, figures = effect.campaign, effect.figures
    if figures.get("currency", currency) != currency:  # of before the base was changed
        currency = ""
    funnel, extra = figures["funnel"], figures["extra"]
    # Where nobody brought anything, with the campaign or without, revenue is not what it was for.
    has_revenue = funnel["revenue"] or (extra and extra["revenue"])
    return Compared(
        campaign=campaign,
        sent=funnel["sent"],
        clicked=_share(funnel["clicked"], delivered(funnel)),
        replied=_share(funnel["replied"], delivered(funnel)),
        converted=_share(funnel["converted"], funnel["people"]),
        goal=next((row for row in figures["effects"] if row["outcome"] == "converted"), None),
        brought=extra["revenue"] if currency and extra and has_revenue else None,
        cost=base_cost(campaign, currency) if currency else None,
    )


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _row(effect: CampaignEffect, currency: str) -> dict[str, Any]:
    found = compared(effect, currency)
    lift = found.lift
    return {
        "campaign": found.campaign,
        "sent": number(found.sent),
        "clicked": percent(found.clicked, 1),
        "replied": percent(found.replied, 1),
        "converted": percent(found.converted, 1),
        "pill": pill_of(found.goal) if found.goal else None,
        "lift": bare_points(lift["difference"], digits_for(lift["difference"])) if lift else "",
        "range": interval_text(lift, currency, is_share=True) if lift else "",
        "brought": "–" if found.brought is None else money_short(found.brought, currency),
        "cost": "–" if found.cost is None else money_short(found.cost, currency),
        "roi": percent(found.roi),
    }


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
