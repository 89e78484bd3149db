"""What is known of a lead's score and of the model behind it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.choices import NEEDED_CONVERSIONS, TIMELINE, RuleGroup
from core import permissions
from core.fields.added import labels_of
from core.models import JobRun, User
from core.registries import record_types
from crm.choices import LeadStatus
from crm.models import Lead, LeadScore
from crm.queries.lead_scores import Reasons

KIND = "analytics.lead_score"


def field_labels() -> dict[str, Any]:
    """Labels of the fields a score learns from, by their full names."""
    kind = record_types["crm.lead"]
    labels: dict[str, Any] = {kind.field_name(name): label for name, label in kind.labels.items()}
    return labels | TIMELINE | labels_of(kind.key)


def insight(lead: Lead, user: User) -> dict[str, Any] | None:
    """The score with its reasons; what the user may not see is no reason."""
    access = permissions.access_of(user)
    if not access.sees("crm.lead.score"):
        return None
    score = LeadScore.objects.select_related("version").filter(lead=lead).first()
    context: dict[str, Any] = {
        "lead": lead,
        "score": score,
        "kind": KIND,
        "may_see_model": access.may("analytics.lead_score.view"),
        "may_run": access.may("analytics.lead_score.run"),
        "may_see_jobs": access.may("core.job.view"),
    }
    if score is None:
        return context | {"last_run": JobRun.objects.filter(kind=KIND).order_by("-pk").first()}
    if score.is_by_points:
        context |= by_points(score)
    shown = Reasons(user, timezone.localtime(), field_labels()).of(lead, score)
    hidden_points = sum(r["points"] for r in score.reasons) - sum(r["points"] for r in shown)
    return context | {
        "reasons": shown,
        "points": [reason["points"] for reason in shown],
        "rest": score.rest_points + hidden_points,
        "base_rate": score.version.metrics.get("base_rate", 0),
    }


def by_points(score: LeadScore) -> dict[str, Any]:
    """Fit and engagement against their limits, and how long rules serve in the place of a model."""
    most = score.version.parameters["limits"]
    groups = (
        (RuleGroup.FIT, score.fit or 0, most["fit"]),
        (RuleGroup.ENGAGEMENT, score.engagement or 0, most["engagement"]),
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
