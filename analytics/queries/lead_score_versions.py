"""The versions of the lead score as people read them: state, figures, and who decided why."""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analytics.queries.lead_scores import KIND
from core import permissions
from core.choices import VersionState
from core.models import ModelVersion, User
from crm.queries.scores import POINTS_RULES

SHOWN = 6
FIGURES = ("roc_auc", "roc_auc_lower", "roc_auc_upper")

# Why a version serves, waits or does not serve any more; the codes are those of the services.
STATE_REASONS = {
    "first": gettext_noop("It is the first one."),
    "points": gettext_noop("There was too little to learn from: points rules."),
    "first_model": gettext_noop(
        "There was enough to learn from: it took over from the points rules."
    ),
    "no_worse": gettext_noop("Trained anew and no worse than the one before."),
    "clearly_better": gettext_noop("Clearly better than the one that a person had promoted."),
    "barred": gettext_noop(
        "The one before had learned from a field that may not be used any more."
    ),
    "other_outcome": gettext_noop(
        "It tells the chance of another outcome than the one before, so the two cannot be compared."
    ),
    "worse": gettext_noop("Its AUC lay below the interval of the one that was live then."),
    "pinned": gettext_noop(
        "A person had promoted the live one, and this one was not clearly better."
    ),
    "promoted": gettext_noop("A person promoted it."),
    "rolled_back": gettext_noop("A person rolled back to it."),
    "replaced": gettext_noop("Another version took over."),
    "retired": gettext_noop("A person put it aside."),
}


def versions_of_score() -> QuerySet[ModelVersion]:
    """All versions, without the large tables among their figures."""
    figures = {f"at_{name}": KT(f"metrics__{name}") for name in FIGURES}
    rows = ModelVersion.objects.filter(kind=KIND).select_related("decided_by")
    return rows.defer("metrics", "features", "parameters").annotate(**figures)


def tested_versions() -> QuerySet[ModelVersion]:
    """Those that learned something, the newest first: points rules have no figures."""
    return versions_of_score().exclude(algorithm=POINTS_RULES).order_by("-number")


def version_rows(user: User) -> list[dict[str, Any]]:
    """The newest versions, the live one and the one before, with what the user may do with each."""
    may_run = permissions.access_of(user).may("analytics.lead_score.run")
    shown = _shown()
    before = max(
        (each for each in shown if each.promoted_at and not each.is_live),
        key=lambda each: each.promoted_at or each.created_at,
        default=None,
    )
    return [
        {
            "version": version,
            "key": str(version.number),
            "figures": _figures(version),
            "reason": _(STATE_REASONS[version.reason]) if version.reason in STATE_REASONS else "",
            "is_model": version.algorithm != POINTS_RULES,
            "may_promote": may_run and not version.is_live and version.algorithm != POINTS_RULES,
            "may_retire": may_run and version.state == VersionState.CHALLENGER,
            "is_before": may_run and version is before and version.algorithm != POINTS_RULES,
        }
        for version in shown
    ]


def _shown() -> list[ModelVersion]:
    every = ModelVersion.objects.filter(kind=KIND)
    newest = every.order_by("-number").values("pk")[:SHOWN]
    served = every.filter(promoted_at__isnull=False).order_by("-promoted_at").values("pk")[:2]
    wanted = Q(pk__in=newest) | Q(pk__in=served)
    return list(versions_of_score().filter(wanted).order_by("-number"))


def _figures(version: Any) -> dict[str, float | None]:
    found = {name: getattr(version, f"at_{name}") for name in FIGURES}
    return {name: float(value) if value is not None else None for name, value in found.items()}
