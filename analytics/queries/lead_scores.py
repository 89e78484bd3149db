"""What is known of a lead's score and of the model behind it."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from core import permissions
from core.choices import VersionState
from core.models import JobRun, User
from crm.models import Lead, LeadScore
from crm.queries.scores import reason_labels, reasons_seen, score_row
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
    seen = reasons_seen(score, access)
    return context | {
        "reasons": seen.reasons,
        "points": [reason["points"] for reason in seen.reasons],
        "rest": seen.rest,
        "base_rate": score.version.metrics.get("base_rate", 0) if score.version else 0,
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
