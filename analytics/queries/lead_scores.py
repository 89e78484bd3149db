"""What is known of a lead's score and of the model behind it."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.choices import NEEDED_CONVERSIONS, RuleGroup
from core import permissions
from core.choices import VersionState
from core.models import JobRun, User
from crm.choices import LeadStatus
from crm.models import Lead, LeadScore
from crm.queries.scores import Reasons, reason_labels, score_row
from crm.services.score_overrides import may_score

__all__ = ["KIND", "field_labels", "insight"]

KIND = "analytics.lead_score"
# Scoring runs every night; after two nights without it something is wrong.
STALE_AFTER = timedelta(days=2)

field_labels = reason_labels


def insight(lead: Lead, user: User) -> dict[str, Any] | None:
    """The score with its reasons; what the user may not see is no reason."""
    access = permissions.access_of(user)
    if not access.sees("crm.lead.score"):
        return None
    score = score_row(lead)
    is_scored = score is not None and score.score is not None
    context: dict[str, Any] = {
        "lead": lead,
        "score": score,
        "is_scored": is_scored,
        "kind": KIND,
        "may_see_model": access.may("analytics.lead_score.view"),
        "may_run": access.may("analytics.lead_score.run"),
        "may_see_jobs": access.may("core.job.view"),
        "may_score": may_score("crm.lead", user) and permissions.reaches(Lead, user, lead, "edit"),
    }
    if score is None or not is_scored:
        return context | {"last_run": JobRun.objects.filter(kind=KIND).order_by("-pk").first()}
    if score.is_by_points:
        context |= by_points(score)
    seen = Reasons(user, timezone.localtime()).seen(lead, score)
    return context | {
        "reasons": seen.reasons,
        "points": [reason["points"] for reason in seen.reasons],
        "rest": seen.rest,
        "base_rate": score.version.metrics.get("base_rate", 0) if score.version else 0,
        "horizon": score.version.parameters.get("horizon_days") if score.version else None,
        "is_of_likelihood": score.version is not None
        and score.version.algorithm == "logistic_regression",
        "change": _change(score),
        **_age(lead, score, timezone.now()),
    }


def _change(score: LeadScore) -> int | None:
    """By how much the model's score has changed since the one that is remembered."""
    if score.score is None or score.earlier_score is None:
        return None
    return score.score - score.earlier_score


def _age(lead: Lead, score: LeadScore, now: datetime) -> dict[str, bool]:
    """Whether another version serves by now, and whether the score should be newer."""
    is_live = score.version is not None and score.version.state == VersionState.CHAMPION
    is_old = score.as_of is not None and now - score.as_of > STALE_AFTER
    return {"is_superseded": lead.is_open and not is_live, "is_stale": lead.is_open and is_old}


def by_points(score: LeadScore) -> dict[str, Any]:
    """Fit and engagement against their limits, and how long rules serve in the place of a model."""
    most = score.version.parameters["limits"] if score.version else {}
    groups = (
        (RuleGroup.FIT, score.fit or 0, most.get("fit", 100)),
        (RuleGroup.ENGAGEMENT, score.engagement or 0, most.get("engagement", 100)),
    )
    return {
        "groups": [
            {"label": group.label, "points": points, "most": limit, "percent": 100 * points / limit}
            for group, points, limit in groups
        ],
        **conversions(),
    }


def conversions() -> dict[str, Any]:
    """How many leads have converted, counted no further than a model needs, and what rules wait for."""
    won = Lead.objects.closed().filter(status=LeadStatus.CONVERTED)
    converted = won[:NEEDED_CONVERSIONS].count()
    if converted < NEEDED_CONVERSIONS:
        words = _("By points rules, until %(needed)s leads have converted (%(converted)s so far).")
    else:
        words = _("By points rules: the closed leads do not tell yet which leads convert.")
    told = {"converted": converted, "needed": NEEDED_CONVERSIONS}
    return {**told, "until": words % told}
