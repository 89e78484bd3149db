"""The rule of a campaign's test, carried out: the winner to the rest, or more of what seems better."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from analytics.jobs.campaign_figures import decided_from, metric_of
from analytics.methods.experiments.bandits import thompson_shares
from marketing.choices import Arm, Decision
from marketing.models import Campaign, CampaignVariant, Recipient
from marketing.services.campaigns.winners import DECIDABLE, choose_winner, set_allocation

STEP = 0.1  # of those who waited first, in one step
LEAST_STEP = 200
LEAST_SHARE = 0.05


def decide(campaign: Campaign, figures: dict[str, Any], at: datetime) -> str:
    """What was decided: nothing, `winner` or `step`.

    A split that is broken decides nothing: a person has to. With too few outcomes it waits as long again.
    """
    test = figures["test"]
    if test is None or test["word"] in {"unhealthy", "early"} or campaign.state not in DECIDABLE:
        return ""
    if campaign.winner_id is not None or not figures["waiting"] or campaign.started_at is None:
        return ""
    if campaign.gathered_to is not None:  # whoever is gathered later waits as well
        return ""
    due = decided_from(campaign, list(campaign.variants.all()), at)
    if at < due:
        return ""
    if campaign.decision == Decision.WINNER:
        if test["word"] == "few" and at < due + timedelta(hours=campaign.test_hours):
            return ""
        variant = CampaignVariant.objects.get(campaign=campaign, letter=test["best"])
        choose_winner(campaign=campaign, variant=variant, by=None, at=at)
        return "winner"
    if campaign.decision == Decision.BANDIT:
        return _step(campaign, figures, at)
    return ""


def _is_too_soon(campaign: Campaign, at: datetime) -> bool:
    """Whether people of the last step have not had their hours yet: they would count as not interested."""
    rows: Any = Recipient.objects.filter(campaign=campaign, arm=Arm.REST, variant__isnull=False)
    last = rows.aggregate(last=Max("due_at"))["last"]
    return last is not None and at < last + timedelta(hours=campaign.test_hours)


def _step(campaign: Campaign, figures: dict[str, Any], at: datetime) -> str:
    if _is_too_soon(campaign, at):
        return ""
    rows = figures["variants"]
    metric = metric_of(campaign.test_metric)
    shares = thompson_shares(
        [row[metric] for row in rows],
        [row["people"] for row in rows],
        seed=campaign.pk,
        least=min(LEAST_SHARE, 1 / len(rows)),
    )
    most = max(LEAST_STEP, round(STEP * sum(figures["people"].values())))
    letters = {row["letter"]: float(share) for row, share in zip(rows, shares, strict=True)}
    set_allocation(campaign=campaign, shares=letters, at=at, most=most)
    return "step"
