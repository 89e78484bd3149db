"""What is said of a campaign: effects with intervals and verdicts, variants, segments, as plain JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from analytics.datasets.campaigns import CONTROL, TREATED, Counted, Tally
from analytics.jobs.campaign_arms import Arms, arms_of, share_of
from analytics.jobs.finite_json import finite
from analytics.methods.experiments.always_valid import always_valid
from analytics.methods.experiments.bandits import chances_of_best
from analytics.methods.experiments.cuped import saved_by
from analytics.methods.experiments.effects import compare_arms
from analytics.methods.experiments.many import holm
from analytics.methods.experiments.sample_ratio import BROKEN_BELOW, sample_ratio_p
from analytics.methods.experiments.verdicts import Rules, Verdict, judge
from analytics.methods.intervals import wilson_interval
from core.currencies import base_currency
from marketing.choices import Decision, Goal
from marketing.models import Campaign, CampaignVariant

# Outcomes that can happen without the message; those of tracking only where the control group has any.
OUTCOMES = ("converted", "revenue", "clicked", "replied")
TRACKED = frozenset({"clicked", "replied"})
METRICS = {Goal.CLICK.value: "clicked", Goal.REPLY.value: "replied"}


@dataclass(frozen=True)
class Terms:
    """What was settled when the campaign was written, and how long ago it began."""

    days: float
    goal_days: int
    planned: int

    @property
    def rules(self) -> Rules:
        return Rules(
            days=self.goal_days,
            least_days=min(3, self.goal_days),
            tuned_for=max(float(self.planned), 2.0),
        )


def terms_of(campaign: Campaign, counts: Counted, at: datetime) -> Terms:
    """As of a moment."""
    begun = campaign.started_at or at
    return Terms(
        days=(at - begun) / timedelta(days=1),
        goal_days=campaign.goal_days,
        planned=sum(counts.everybody.values()),
    )


def metric_of(goal: str) -> str:
    """The column of a tally that variants are judged by."""
    return METRICS.get(goal, "converted")


def figures_of(
    campaign: Campaign, variants: Sequence[CampaignVariant], counts: Counted, at: datetime
) -> dict[str, Any]:
    """All that the report shows."""
    terms = terms_of(campaign, counts, at)
    ratio_p = _holdout_p(campaign, counts)
    treated, control = counts.arms[TREATED], counts.arms[CONTROL]
    return finite(
        {
            "currency": base_currency(),
            "funnel": asdict(treated) | asdict(counts.sales[TREATED]),
            "people": counts.everybody,
            "waiting": counts.waiting,
            "left_out": counts.left_out,
            "split": _split(ratio_p),
            "effects": _effects(treated, control, ratio_p, terms),
            "extra": _extra(counts, ratio_p),
            "variants": [_variant(each, campaign, counts, ratio_p, terms) for each in variants],
            "test": _test(campaign, variants, counts, at),
            "segments": list(_segments(counts, ratio_p, terms)),
            "links": counts.links,
            "hours": {name: sorted(rows.items()) for name, rows in counts.hours.items()},
            "by_day": {name: sorted(rows.items()) for name, rows in counts.days.items()},
        }
    )


def _holdout_p(campaign: Campaign, counts: Counted) -> float | None:
    """Of the check whether as many are held out as should be; None without a control group.

    A past campaign is weighed by nothing that was written down beforehand.
    """
    held_out = float(campaign.holdout_share)
    people = [counts.everybody[TREATED], counts.everybody[CONTROL]]
    if not people[1] or not people[0]:
        return None
    if not 0 < held_out < 1:
        return 1.0
    return sample_ratio_p(people, [1 - held_out, held_out])


def _split(p_value: float | None) -> dict[str, Any]:
    return {"p_value": p_value, "is_broken": p_value is not None and p_value < BROKEN_BELOW}


def _measurable(treated: Tally, control: Tally) -> list[str]:
    """Outcomes that tell something: somebody had them, the held-out as well where a click tells them."""
    if min(treated.people, control.people) < 2:
        return []
    return [
        outcome
        for outcome in OUTCOMES
        if outcome == "converted"
        or getattr(control, outcome)
        or (outcome not in TRACKED and getattr(treated, outcome))
    ]


def _effects(
    treated: Tally, control: Tally, ratio_p: float | None, terms: Terms
) -> list[dict[str, Any]]:
    """Each outcome against those held out; p-values raised for as many as there are."""
    if ratio_p is None:
        return []
    found: list[dict[str, Any]] = []
    for outcome in _measurable(treated, control):
        arms = arms_of(treated, control, outcome)
        verdict = judge(
            arms.treated, arms.control, ratio_p=ratio_p, days=terms.days, rules=terms.rules
        )
        found.append(
            {"outcome": outcome, "is_share": arms.treated.is_share}
            | {"with": arms.treated.mean, "without": arms.control.mean}
            | _told(verdict)
            | _unadjusted(arms, verdict)
        )
    for key in ("p_value", "always_p_value"):
        rows = [row for row in found if key in row]
        for row, raised in zip(rows, holm([row[key] for row in rows]), strict=True):
            row[f"holm_{key}"] = raised
    return found


def _told(verdict: Verdict) -> dict[str, Any]:
    told: dict[str, Any] = {"word": verdict.word, "days_left": verdict.days_left}
    if verdict.effect is not None and verdict.always is not None:
        told |= {name: getattr(verdict.effect, name) for name in ENDS}
        told |= {f"always_{name}": getattr(verdict.always, name) for name in ENDS[1:]}
    return told


def _unadjusted(arms: Arms, verdict: Verdict) -> dict[str, Any]:
    """What it would be without the year before, and how much of the variance that explains."""
    if arms.plain is None or verdict.effect is None:
        return {}
    told = {name: getattr(arms.plain, name) for name in ENDS[:3]}
    return {"unadjusted": told, "saved": saved_by(verdict.effect, arms.plain)}


ENDS = ("difference", "lower", "upper", "p_value")


def _extra(counts: Counted, ratio_p: float | None) -> dict[str, float] | None:
    """What would not have come without the campaign, all treated together."""
    treated, control = counts.arms[TREATED], counts.arms[CONTROL]
    if ratio_p is None or ratio_p < BROKEN_BELOW or min(treated.people, control.people) < 2:
        return None
    scale = treated.people / control.people
    brought = arms_of(treated, control, "revenue")
    with_it, without = counts.sales[TREATED], counts.sales[CONTROL]
    return {
        "converted": treated.converted - scale * control.converted,
        "revenue": treated.people * (brought.treated.mean - brought.control.mean),
        "pipeline": with_it.pipeline - scale * without.pipeline,
    }


def _segments(counts: Counted, ratio_p: float | None, terms: Terms) -> Iterator[dict[str, Any]]:
    """The goal in each segment, with intervals that hold for all of them together, however often one looks.

    Members are as of now: where the campaign itself brought people into a segment, its parts are no longer alike.
    """
    whole = [counts.arms[side].people for side in (TREATED, CONTROL)]
    alpha = terms.rules.alpha / max(1, len(counts.segments))
    for pk, sides in counts.segments:
        people = [sides[side].people for side in (TREATED, CONTROL)]
        told: dict[str, Any] = {"segment": pk, "people": sum(people), "lift": None}
        is_sound = ratio_p is not None and ratio_p >= BROKEN_BELOW and min(people) > 1
        if is_sound and sample_ratio_p(people, whole) >= BROKEN_BELOW:
            arms = [share_of(sides[side], "converted") for side in (TREATED, CONTROL)]
            tuned_for = max(float(sum(people)), 2.0)
            effect = always_valid(compare_arms(*arms), alpha=alpha, tuned_for=tuned_for)
            is_enough = all(arm.is_counted_enough for arm in arms)
            told |= {"lift": effect.difference, "lower": effect.lower, "upper": effect.upper}
            told["is_clear"] = is_enough and effect.is_clear
        yield told


# -- variants --------------------------------------------------------------------------------------


def _variant(
    variant: CampaignVariant,
    campaign: Campaign,
    counts: Counted,
    ratio_p: float | None,
    terms: Terms,
) -> dict[str, Any]:
    tally = counts.variants.get(variant.pk, Tally())
    tested = _compared(campaign, counts).get(variant.pk, Tally())
    happened = getattr(tested, metric_of(campaign.test_metric))
    lower, upper = wilson_interval(happened, tested.people)
    return asdict(tally) | {
        "letter": variant.letter,
        "name": variant.message.name,
        "test": {name: getattr(tested, name) for name in ("sent", "replied", "converted")},
        "happened": happened,
        "share": happened / tested.people if tested.people else None,
        "lower": float(lower),
        "upper": float(upper),
        "effects": _effects(tally, counts.arms[CONTROL], ratio_p, terms) if tally.people else [],
    }


def _compared(campaign: Campaign, counts: Counted) -> dict[int, Tally]:
    """Whom variants are compared on: those of the test; step by step everybody, since shares change for all.

    The rest got the winner later, and has had less time.
    """
    return counts.variants if campaign.decision == Decision.BANDIT else counts.tests


def decided_from(campaign: Campaign, variants: Sequence[CampaignVariant], at: datetime) -> datetime:
    """From when on variants are decided on: so many hours after the latest of them has begun."""
    latest = timedelta(minutes=max((each.delay_minutes for each in variants), default=0))
    return (campaign.started_at or at) + latest + timedelta(hours=campaign.test_hours)


def _test(
    campaign: Campaign, variants: Sequence[CampaignVariant], counts: Counted, at: datetime
) -> dict[str, Any] | None:
    """The variants against each other: whether the split is sound, and how likely each is the best."""
    compared = _compared(campaign, counts)
    rows = [(each, compared[each.pk]) for each in variants if each.pk in compared]
    if len(variants) < 2 or not rows:
        return None
    ratio_p = _test_p(campaign, variants, counts)
    told: dict[str, Any] = {"split": _split(ratio_p), "metric": campaign.test_metric}
    if told["split"]["is_broken"]:
        return told | {"word": "unhealthy"}
    has_times = len({each.delay_minutes for each in variants}) > 1
    if has_times and at < decided_from(campaign, variants, at):
        return told | {"word": "early"}  # the earlier one only had more time so far
    if len(rows) == 1:  # so few people that the others have nobody
        return told | {"word": "few", "best": rows[0][0].letter, "chance": 1 / len(variants)}
    metric = metric_of(campaign.test_metric)
    arms = [share_of(tally, metric) for _variant, tally in rows]
    chances = chances_of_best([a.happened for a in arms], [a.people for a in arms], seed=0)
    best = int(chances.argmax())
    others = [number for number in range(len(arms)) if number != best]
    rival = max(others, key=lambda number: arms[number].mean)
    effect = compare_arms(arms[best], arms[rival])
    planned = sum(counts.tested.values()) or effect.people
    always = always_valid(effect, tuned_for=max(float(planned), 2.0))
    is_enough = len(rows) == len(variants) and all(arm.is_counted_enough for arm in arms)
    return told | {
        "word": "clear" if is_enough and always.is_clear else "open" if is_enough else "few",
        "best": rows[best][0].letter,
        "rival": rows[rival][0].letter,
        "chance": float(chances[best]),
        "difference": effect.difference,
        "lower": effect.lower,
        "upper": effect.upper,
        "always_lower": always.lower,
        "always_upper": always.upper,
        # One false alarm in twenty over all pairs that could have been the best and the next.
        "always_p_value": min(1.0, always.p_value * (len(arms) - 1)),
    }


def _test_p(
    campaign: Campaign, variants: Sequence[CampaignVariant], counts: Counted
) -> float | None:
    """Shares that change step by step are no split to be checked."""
    people = [counts.tested.get(each.pk, 0) for each in variants]
    if campaign.decision == Decision.BANDIT or campaign.has_told_outcomes or not sum(people):
        return None
    return sample_ratio_p(people, [max(each.weight, 1) for each in variants])
