"""What purchases are credited to each campaign, by four rules."""

from datetime import datetime

from analytics.datasets.journeys import read_journeys
from analytics.methods.attribution.journeys import last_touch, linear, time_decay
from analytics.methods.attribution.removal import removal_effects


def credit_of(as_of: datetime) -> dict[int, dict[str, float]]:
    """By campaign and rule, in the base currency; nothing where nobody bought after a touch."""
    ways = read_journeys(as_of)
    if ways is None or not ways.journeys.touched:
        return {}
    rules = {
        "last_touch": last_touch(ways.journeys),
        "linear": linear(ways.journeys),
        "time_decay": time_decay(ways.journeys),
        "removal": removal_effects(ways.journeys).shares,
    }
    return {
        campaign: {name: round(float(shares[place]), 2) for name, shares in rules.items()}
        for place, campaign in enumerate(ways.campaigns)
    }
