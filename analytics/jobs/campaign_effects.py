"""Measuring campaigns: who reached the goal, and what the campaign changed.

First the recipients of each campaign are looked up in the CRM by ranges of their numbers, then each
campaign is added up by the database and its effects are computed.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from analytics.datasets.campaigns import counted
from analytics.jobs.campaign_credit import credit_of
from analytics.jobs.campaign_decisions import decide
from analytics.jobs.campaign_figures import figures_of
from analytics.models import CampaignEffect
from analytics.queries.campaigns import usual_shares
from core.currencies import base_currency
from core.jobs.context import RunContext
from core.jobs.kinds import Job, Plan, Saved
from core.upsert import upsert
from marketing.choices import CampaignState
from marketing.models import Campaign, Recipient
from marketing.services.campaigns.goals import changed_outcomes, store_outcomes

PER_PART = 2_000
GRACE = timedelta(days=2)  # what is entered late counts, too
SELDOM = timedelta(hours=1)  # between two measurements of what is sent for longer than its days
MEASURED = ("figures", "send_times", "verdict", "lift", "sent", "revenue", "run", "as_of")
FIELDS = ("campaign", *MEASURED, "credit")


@dataclass(frozen=True)
class Part:
    """Recipients whose outcomes changed, or a campaign with its figures."""

    campaign: Campaign | None
    read: int = 0
    changed: list[Recipient] = field(default_factory=list)
    figures: dict[str, Any] | None = None
    send_times: list[list[int]] = field(default_factory=list)
    credit: dict[int, dict[str, float]] | None = None


class CampaignEffectsJob(Job):
    """One campaign, or all that are not measured for good."""

    is_parallel = False  # a campaign is measured after its recipients were looked up

    def prepare(self, run: RunContext) -> Plan:
        run.step(gettext_noop("Look for campaigns to measure"))
        campaigns = [each for each in _asked(run) if _is_due(each, run)]
        run.detail(gettext_noop("%(campaigns)s campaigns"), campaigns=len(campaigns))
        looked_up = [each for each in campaigns if not each.has_told_outcomes]
        parts = [
            {"campaign": each.pk, "first": first, "last": last}
            for each in looked_up
            for first, last in _ranges(each)
        ]
        run.step(gettext_noop("Measure what they changed"))
        measures = [{"campaign": each.pk} for each in campaigns]
        last = [] if "campaign" in run.scope else [{"credit": True}]
        return Plan([*parts, *measures, *last])

    def load(self, run: RunContext, payload: dict[str, Any]) -> Part:
        if "credit" in payload:
            return Part(None, credit=credit_of(run.as_of))
        campaign = Campaign.objects.get(pk=payload["campaign"])
        if "first" not in payload:
            return Part(campaign)
        ends = {"first": payload["first"], "last": payload["last"]}
        changed = changed_outcomes(campaign=campaign, at=run.as_of, **ends)
        return Part(campaign, read=PER_PART, changed=changed)

    def compute(self, run: RunContext, data: Part) -> Part:
        if data.read or data.campaign is None:
            return data
        counts = counted(data.campaign)
        variants = list(data.campaign.variants.select_related("message"))
        figures = figures_of(data.campaign, variants, counts, run.as_of)
        figures["usual"] = usual_shares(data.campaign)
        people = sum(counts.everybody.values())
        return Part(data.campaign, people, figures=figures, send_times=counts.send_times)

    def save(self, run: RunContext, results: Part) -> Saved:
        if results.credit is not None:
            return Saved(0, store_credit(results.credit))
        if results.figures is None or results.campaign is None:
            return Saved(results.read, store_outcomes(results.changed))
        store_effect(results.campaign, results.figures, results.send_times, run)
        decided = decide(results.campaign, results.figures, run.as_of)
        counts = {"campaigns": 1, "decided": int(decided == "winner")}
        return Saved(results.read, 1, counts)


def store_effect(
    campaign: Campaign, figures: dict[str, Any], send_times: list[list[int]], run: RunContext
) -> None:
    """What is measured takes the place of what was, unless that is newer."""
    goal: dict[str, Any] = next(
        (row for row in figures["effects"] if row["outcome"] == "converted"), {}
    )
    row: tuple[Any, ...] = (
        campaign.pk,
        figures,
        send_times,
        goal.get("word", ""),
        goal.get("difference"),
        figures["funnel"]["sent"],
        round(figures["funnel"]["revenue"], 2),
        run.run.pk,
        run.as_of,
        {},
    )
    upsert(
        CampaignEffect,
        [row],
        fields=FIELDS,
        key=("campaign",),
        updates=MEASURED,  # what it is credited with is worked out on its own
        newer_by="as_of",
    )


def store_credit(credit: dict[int, dict[str, float]]) -> int:
    """What each measured campaign is credited with; the others with nothing."""
    rows = list(CampaignEffect.objects.only("credit"))
    for row in rows:
        row.credit = credit.get(row.pk, {})
    return CampaignEffect.objects.bulk_update(rows, ["credit"], batch_size=500)


def _asked(run: RunContext) -> QuerySet[Campaign]:
    begun: QuerySet[Campaign] = Campaign.objects.kept().filter(started_at__lte=run.as_of)
    if "campaign" in run.scope:
        return begun.filter(pk=run.scope["campaign"])
    return begun.select_related("effect").order_by("pk")


def _is_due(campaign: Campaign, run: RunContext) -> bool:
    """Until its days are over and a little longer; once at least, and now and then while it is still sent."""
    if "campaign" in run.scope or not hasattr(campaign, "effect"):
        return True
    figures, since = campaign.effect.figures, run.as_of - campaign.effect.as_of
    if campaign.state == CampaignState.SENDING and since >= SELDOM:
        return True
    if not campaign.has_told_outcomes and figures.get("currency") != base_currency():
        return True
    begun = campaign.started_at or run.as_of
    ends = max(begun + timedelta(days=campaign.goal_days), campaign.finished_at or begun)
    return bool(campaign.effect.as_of < ends + GRACE)


def _ranges(campaign: Campaign) -> list[tuple[int, int]]:
    numbers = (
        Recipient.objects.filter(campaign=campaign).order_by("pk").values_list("pk", flat=True)
    )
    found: list[tuple[int, int]] = []
    first, count, last = 0, 0, 0
    for pk in numbers.iterator(chunk_size=5_000):
        first, count, last = (first if count else pk), count + 1, pk
        if count == PER_PART:
            found.append((first, last))
            count = 0
    return [*found, (first, last)] if count else found
