"""Beside a letter that is being written: what it will probably bring, and from which campaigns that is known."""

from typing import Any

from django.utils import timezone

from analytics.pages.campaign_words import outcome_text
from analytics.queries.expected_results import FEWEST, Before, clicks_before, goals_before
from core.models import User
from core.phrases import number
from marketing.models import Campaign
from marketing.services.campaigns.preflight import numbers


def expected_panel(campaign: Campaign, user: User) -> dict[str, Any] | None:
    """Ranges of clicks and of the goal for the audience as it is now."""
    now = timezone.now()
    counted = numbers(campaign, now)
    if counted.sentence or counted.recipients <= 0:
        return None
    found = {
        "clicks": clicks_before(campaign, user, now) if campaign.counts_clicks else None,
        "goal": goals_before(campaign, user, now),
    }
    told = {
        name: _range(before, counted.recipients)
        for name, before in found.items()
        if before is not None
    }
    seen = {each.pk: each for before in found.values() if before for each in before.campaigns}
    return {
        "told": told,
        "goal": outcome_text("converted", campaign.goal),
        "campaigns": list(seen.values()),
        "fewest": FEWEST,
    }


def _range(before: Before, coming: int) -> str:
    from analytics.methods.experiments.expected import expected_count  # loads slowly

    low, high = expected_count(before.happened, before.people, coming)
    return f"{number(round(low))}–{number(round(high))}"
