"""For whom messages change most: how well learners tell it, and where it is used."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.models import CampaignFile
from analytics.pages.campaign_words import bare_points
from analytics.queries.campaigns import UPLIFT
from analytics.queries.customer_segments import FieldWords
from analytics.queries.uplift import LEARNER_NAMES, why_served
from core.conditions import Criterion, to_parameter
from core.phrases import number
from core.sentences import say
from core.services.model_versions import champion_of
from marketing.models import Campaign

BEST = 75  # percentile from which on a message changes most


def uplift_card() -> dict[str, Any] | None:
    """The version that serves, its rivals on people none of them has seen, and the list of contacts."""
    version = champion_of(UPLIFT)
    if version is None:
        return None
    condition = to_parameter(Criterion("uplift", "at_least", BEST))
    metrics = version.metrics
    return {
        "version": version,
        "people": number(version.rows),
        "campaigns": number(metrics["campaigns"]),
        "why": why_served(version.algorithm, metrics["best"]),
        "field": FieldWords("").label(version.parameters["field"]),
        "url": f"{reverse('contact_list')}?if={condition}",
        "rows": learner_rows(metrics["learners"], version.algorithm, metrics["overall"]),
    }


def learner_rows(
    learners: Mapping[str, Mapping[str, Any]], served: str | None, overall: float
) -> list[dict[str, Any]]:
    """Each learner, and a random order below them."""
    rows = [
        {
            "name": _(LEARNER_NAMES[name]),
            "is_served": name == served,
            "qini": bare_points(row["qini"], 2),
            "range": f"{bare_points(row['lower'], 2)} … {bare_points(row['upper'], 2)}",
            "quarter": number(100 * _gained(row["curve"], 0.25), 2),
            "half": number(100 * _gained(row["curve"], 0.5), 2),
        }
        for name, row in learners.items()
    ]
    random = {
        "name": _("random order"),
        "is_served": False,
        "qini": number(0, 2),
        "range": "",
        "quarter": number(25 * overall, 2),
        "half": number(50 * overall, 2),
    }
    return [*rows, random]


def for_whom(campaign: Campaign) -> list[dict[str, Any]]:
    """Of each message of an imported campaign, whether the facts of its file tell for whom it changed most."""
    if not campaign.has_told_outcomes:
        return []
    told = CampaignFile.objects.filter(campaign=campaign).values_list("result", flat=True).first()
    return [_said_of(each) for each in (told or {}).get("for_whom", ())]


def _said_of(told: Mapping[str, Any]) -> dict[str, Any]:
    if "message" in told:
        return {"arm": told["arm"], "why": say(told["message"], told["args"])}
    return {
        "arm": told["arm"],
        "why": why_served(told["chosen"], told["best"]),
        "field": told["field"],
        "people": number(told["rows"]),
        "held_out": number(told["held_out"]),
        "rows": learner_rows(told["learners"], told["chosen"], told["overall"]),
    }


def _gained(curve: list[float], share: float) -> float:
    """Between the tenths at which the curve is told."""
    place = share * (len(curve) - 1)
    low = int(place)
    high = min(low + 1, len(curve) - 1)
    return curve[low] + (place - low) * (curve[high] - curve[low])
