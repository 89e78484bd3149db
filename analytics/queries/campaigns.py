"""Campaigns as last measured: what pages read."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from analytics.models import CampaignEffect
from core.models import User
from core.permissions import access_of
from marketing.choices import CampaignState
from marketing.models import Campaign

KIND = "analytics.campaign_effects"
UPLIFT = "analytics.campaign_uplift"
VIEW = "marketing.campaign.view"
SEND_TIMES = 100  # campaigns that are added up
COMPARED = 50
USUAL = 20
FRESH = timedelta(days=3)  # after it began, a campaign is measured every few minutes


def effect_of(campaign: Campaign) -> CampaignEffect | None:
    """What was measured of it; pages bring it along."""
    return CampaignEffect.objects.filter(campaign=campaign).first()


def measured_by(user: User) -> QuerySet[CampaignEffect]:
    """Campaigns that were measured and that the user sees, the latest first."""
    seen: Any = Campaign.objects.visible_to(user).kept()
    rows = CampaignEffect.objects.filter(campaign__in=seen).select_related("campaign")
    return rows.order_by("-campaign__started_at", "-campaign")


def compared_by(user: User, days: int, at: datetime) -> list[CampaignEffect]:
    """Those that began within so many days, fifty at most."""
    begun = measured_by(user).filter(campaign__started_at__gte=at - timedelta(days=days))
    return list(begun.defer("send_times")[:COMPARED])


def send_times_for(user: User) -> dict[tuple[int, int], tuple[int, int]]:
    """Messages and clicks by weekday (1 is Monday) and hour, over the latest campaigns."""
    found: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for rows in measured_by(user).values_list("send_times", flat=True)[:SEND_TIMES]:
        for day, hour, sent, clicked in rows:
            cell = found[day, hour]
            cell[0] += sent
            cell[1] += clicked
    return {key: (sent, clicked) for key, (sent, clicked) in found.items()}


def usual_shares(campaign: Campaign) -> dict[str, float]:
    """What share of those reached usually clicks and answers: of the campaigns before this one."""
    before = CampaignEffect.objects.filter(
        campaign__started_at__lt=campaign.started_at,
        campaign__deleted_at=None,
        campaign__is_sample=campaign.is_sample,
        sent__gt=0,
    ).order_by("-campaign__started_at")
    if not campaign.is_sample:  # what a file told of clicks may be visits
        before = before.filter(campaign__has_told_outcomes=False)
    counted = {"clicked": before.filter(campaign__counts_clicks=True), "replied": before}
    found = {name: _usual(effects, name) for name, effects in counted.items()}
    return {name: share for name, share in found.items() if share is not None}


def _usual(effects: QuerySet[CampaignEffect], name: str) -> float | None:
    funnels = [figures["funnel"] for figures in effects.values_list("figures", flat=True)[:USUAL]]
    reached = sum(delivered(funnel) for funnel in funnels)
    if len(funnels) < 2 or not reached:
        return None
    return float(sum(funnel[name] for funnel in funnels) / reached)


def delivered(funnel: Mapping[str, Any]) -> int:
    """Messages that did not come back."""
    return int(funnel["sent"]) - int(funnel["bounced"])


def is_measuring_due(at: datetime | None = None) -> bool:
    """Whether a campaign is under way, or began lately, so that figures change by the minute."""
    now = at or timezone.now()
    fresh = Q(started_at__gte=now - FRESH) | Q(
        state__in=(CampaignState.SENDING, CampaignState.PAUSED)
    )
    rows: Any = Campaign.objects.kept().filter(fresh, started_at__lte=now)
    return bool(rows.filter(has_told_outcomes=False).exists())


def may_measure(user: User) -> bool:
    return access_of(user).may("marketing.campaign.edit")
