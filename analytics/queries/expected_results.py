"""What a campaign will probably bring, judged by those before it: never without evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from analytics.models import CampaignEffect
from analytics.queries.campaigns import delivered, measured_by
from core.models import User
from marketing.models import Campaign

FEWEST = 3  # campaigns that a range is made from
MOST = 10
LEAST_SENT = 50
SETTLED = timedelta(days=3)  # nearly all clicks have come by then


@dataclass(frozen=True)
class Before:
    """Campaigns that are like the one to come, and their counts of one outcome."""

    campaigns: Sequence[Campaign]
    happened: Sequence[int]
    people: Sequence[int]


def clicks_before(campaign: Campaign, user: User, at: datetime) -> Before | None:
    """Of the latest that counted clicks: those of its purpose, if there are enough, else all."""
    effects = _settled(campaign, user, at - SETTLED).filter(campaign__counts_clicks=True)
    return _of(_alike(effects, campaign), "clicked")


def goals_before(campaign: Campaign, user: User, at: datetime) -> Before | None:
    """Of the latest with the same goal whose days are over."""
    effects = _settled(campaign, user, at - timedelta(days=campaign.goal_days))
    same = effects.filter(campaign__goal=campaign.goal, campaign__goal_days=campaign.goal_days)
    return _of(_alike(same, campaign), "converted")


def _settled(campaign: Campaign, user: User, before: datetime) -> Any:
    """What a file told of clicks may be visits, so imported ones say nothing; made-up ones speak of each other."""
    begun = measured_by(user).filter(campaign__started_at__lt=before, sent__gte=LEAST_SENT)
    alike = begun.filter(campaign__is_sample=campaign.is_sample)
    if not campaign.is_sample:
        alike = alike.filter(campaign__has_told_outcomes=False)
    return alike.defer("send_times", "credit")


def _alike(effects: Any, campaign: Campaign) -> list[CampaignEffect]:
    own = effects.exclude(campaign=campaign)
    same = list(own.filter(campaign__purpose=campaign.purpose_id)[:MOST])
    return same if len(same) >= FEWEST else list(own[:MOST])


def _of(effects: Sequence[CampaignEffect], outcome: str) -> Before | None:
    if len(effects) < FEWEST:
        return None
    funnels = [effect.figures["funnel"] for effect in effects]
    return Before(
        [effect.campaign for effect in effects],
        [min(funnel[outcome], delivered(funnel)) for funnel in funnels],
        [delivered(funnel) for funnel in funnels],
    )
